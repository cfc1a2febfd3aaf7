package org.fhirpeersync.hapi;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.jpa.provider.JpaSystemProvider;
import ca.uhn.fhir.jpa.search.DatabaseBackedPagingProvider;
import ca.uhn.fhir.rest.api.EncodingEnum;
import ca.uhn.fhir.rest.server.RestfulServer;
import ca.uhn.fhir.rest.server.provider.ResourceProviderFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.NetworkConnector;
import org.eclipse.jetty.server.Server;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;

/**
 * Serves FHIR R4 on loopback: {@code HapiServer [port]}, default any free one. Says {@code ready
 * URL} on standard output when it answers, and ends when its standard input does, so that it never
 * outlives who started it.
 */
public final class HapiServer {
  private HapiServer() {}

  public static void main(String[] arguments) throws Exception {
    int port = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 0;
    endWithStandardInput();
    AnnotationConfigApplicationContext beans =
        new AnnotationConfigApplicationContext(ServerConfiguration.class);
    Server server = new Server(new InetSocketAddress("127.0.0.1", port));
    ServletContextHandler handler = new ServletContextHandler("/");
    handler.addServlet(new ServletHolder(restfulServer(beans)), "/fhir/*");
    server.setHandler(handler);
    server.start();
    int listening = ((NetworkConnector) server.getConnectors()[0]).getLocalPort();
    System.out.println("ready http://127.0.0.1:" + listening + "/fhir");
  }

  private static RestfulServer restfulServer(AnnotationConfigApplicationContext beans) {
    RestfulServer server = new RestfulServer(beans.getBean(FhirContext.class));
    server.registerProviders(
        beans.getBean("myResourceProvidersR4", ResourceProviderFactory.class).createProviders());
    server.registerProvider(beans.getBean(JpaSystemProvider.class));
    server.setPagingProvider(beans.getBean(DatabaseBackedPagingProvider.class));
    server.setDefaultResponseEncoding(EncodingEnum.JSON);
    return server;
  }

  /** Data lives in memory alone, so that there is nothing to close: the process just ends. */
  private static void endWithStandardInput() {
    Thread watcher =
        new Thread(
            () -> {
              try {
                while (System.in.read() >= 0) {}
              } catch (IOException ended) {
                // As good as its end.
              }
              Runtime.getRuntime().halt(0);
            },
            "standard-input");
    watcher.setDaemon(true);
    watcher.start();
  }
}
