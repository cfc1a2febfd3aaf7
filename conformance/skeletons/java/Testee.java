// A testee for the conformance kit of the FHIR Peer Sync Protocol, in Java 17 or later.
//
// A testee is your implementation with this small test program around it. The kit writes one JSON
// object on a line, the testee answers with one: appendix H of the specification, control protocol.
//
// Your way through this file; ask `peersync-conformance doctor` after each step:
//
//   STEP 1, 2 minutes    say who you are: HELLO.
//   STEP 2, 10 minutes   put your own store in place of the one in memory: Store.
//   STEP 3, 15 minutes   run a session of your implementation: connectSession().
//   STEP 4, later        declare more: the other role, then features, one after the other.
//
// What comes after these speaks the control protocol and needs no change.
import java.io.*;
import java.lang.reflect.*;
import java.math.*;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.*;
import java.util.stream.Collectors;

public final class Testee {
  // ---- STEP 1: what it is ---------------------------------------------------------------------
  // Declare what is true and no more. One role is enough to begin with: "receiver" or "sender".
  static final List<String> ROLES = List.of("receiver");
  static final List<String> FEATURES = List.of(); // STEP 4: names out of section H.10
  static final List<String> MODES = List.of("FULL", "CURSOR", "LAST_UPDATED");
  static final List<String> STRATEGIES = List.of("theirs", "ours");
  static final List<String> RELEASES = List.of("R4");
  static final List<String> CAPABILITIES = List.of();
  static final Map<String, Object> HELLO = object(
      "control", 1,
      "impl", object("name", "My implementation", "version", "0.1.0", "language", "Java"),
      "versions", List.of(1), "roles", ROLES, "features", FEATURES, "modes", MODES,
      "strategies", STRATEGIES, "releases", RELEASES, "secretKinds", List.of("digits"),
      "capabilities", CAPABILITIES);

  // ---- STEP 2: your store ---------------------------------------------------------------------
  // `reset` makes an empty store and puts the seed into it, in order; `dump` reads it. Replace the
  // map by your own store, and read it here as your sessions read it. Resource texts are exact:
  // what comes out is octet for octet what went in.

  /** resource null: deleted; base null: on no server yet; baseResource: where it differs. */
  record Entry(String type, String id, String resource, Base base, String baseResource,
      List<Change> changes, List<ChangeId> absorbed) {}

  record Base(String versionId, String lastUpdated) {}
  record ChangeId(String replica, BigInteger counter) {}

  /** type INSERT, UPDATE or DELETE, where the payload is null; counter: unsigned, 64 bits. */
  record Change(String replica, BigInteger counter, String type, String payload,
      String baseVersionId, String recordedAt) {}

  /** Kept as a receiver: the sender that it is of, hex, what was asked for (empty: every type). */
  record Cursor(String replica, String cursor, List<RequestedType> types) {}

  record RequestedType(String type, List<Parameter> parameters) {}
  record Parameter(String name, String value) {}

  /** reason displaced, not-taken, deferred or merged; peer: whom the other state came from. */
  record Archived(String reason, String peer, Entry entry) {}

  /** now: what the wall clock goes on saying; serverUrl: as configured, empty: no server. */
  record Device(String replica, String now, String serverUrl, String displayName) {}

  static final class Store implements AutoCloseable {
    final Device device;
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final List<Cursor> cursors = new ArrayList<>();

    /**
     * Nothing of an earlier store is left. The URL has to be brought into its canonical form; for
     * one that has none (PSP-SRV-3): throw new Refusal("invalid", "...", "serverUrl").
     */
    Store(Device device) {
      this.device = device;
    }

    void put(Entry entry) {
      entries.put(entry.type() + "/" + entry.id(), entry);
    }

    void putCursor(Cursor cursor) {
      cursors.add(cursor);
    }

    List<Entry> entries() {
      return List.copyOf(entries.values());
    }

    List<Cursor> cursors() {
      return List.copyOf(cursors);
    }

    /** States that a conflict put aside, oldest first. */
    List<Archived> archived() {
      return List.of();
    }

    /** Called by `quit`. */
    @Override
    public void close() {}
  }

  // ---- STEP 3: your session -------------------------------------------------------------------

  /**
   * Dial host and port in either role. secrets, receiver: typed one after the other, then the user
   * gives up; sender: on show; empty: the user does nothing. types empty: every type. Use the
   * capabilities that are named and no others.
   */
  record Run(String role, String host, int port, List<String> secrets, String release, String mode,
      List<RequestedType> types, String strategy, List<String> capabilities) {}

  /** completed, rejected, failed, cancelled, declined or interrupted; the rest may be null. */
  record Outcome(String result, String reason, String detail, List<TypeCounts> report) {}

  /** outcomes: STORED, DUPLICATE, ... as in chapter 21. */
  record TypeCounts(String type, int transferred, Map<String, Integer> outcomes) {}

  /**
   * Runs one session from the connection to its close and says how it ended. A session that ended
   * badly is an Outcome like any other; throw only when there was no connection at all. It waits
   * for no answer of a user: the receiver agrees to every Offer at once. For example:
   *
   * <pre>
   *   try (var stream = new Socket(run.host(), run.port())) {
   *     var end = mySync.receive(stream, run.secrets().get(0), store, run.mode());
   *     var patients = new TypeCounts("Patient", 1, Map.of("STORED", 1));
   *     return new Outcome("completed", null, null, List.of(patients));
   *   }
   * </pre>
   */
  static Outcome connectSession(Run run, Store store) throws Exception {
    throw new UnsupportedOperationException(
        "run is not connected to your implementation yet: see connectSession() in Testee.java");
  }

  // ---- The control protocol: nothing to change below ------------------------------------------

  /** A command that is answered with `"ok":false`; kind is unsupported or invalid. */
  static final class Refusal extends RuntimeException {
    final String kind;
    final String field;

    Refusal(String kind, String message, String field) {
      super(message);
      this.kind = kind;
      this.field = field;
    }
  }

  private Store store;

  private Object carryOut(Map<?, ?> command) throws Exception {
    switch (text(command, "cmd")) {
      case "hello":
        if (integer(command.get("control"), "control").equals(BigInteger.ONE)) return HELLO;
        throw new Refusal("unsupported", "control 1 only", "control");
      case "reset":
        return reset(command);
      case "run":
        Run run = readRun(command);
        Outcome end = connectSession(run, present());
        return object("result", end.result(), "reason", end.reason(), "detail", end.detail(),
            "report", end.report() == null ? null : object("types", end.report().stream()
                .sorted(Comparator.comparing(TypeCounts::type)).toList()));
      case "dump":
        return object("store", dump(present()));
      case "quit":
        if (store != null) store.close();
        return object();
      default:
        throw new Refusal("unsupported", "no such command: " + command.get("cmd"), null);
    }
  }

  private Store present() {
    if (store == null) throw new Refusal("invalid", "reset has to come first", null);
    return store;
  }

  private Object reset(Map<?, ?> command) throws Exception {
    System.err.println("case " + command.get("case"));
    Store next = new Store(new Device(text(command, "replica"), text(command, "now"),
        Objects.requireNonNullElse((String) command.get("serverUrl"), ""),
        Objects.requireNonNullElse((String) command.get("displayName"), "")));
    Seed seed = Json.bind(Seed.class, command.get("seed"), "seed");
    for (Entry entry : seed.entries()) next.put(entry);
    for (Cursor cursor : seed.cursors()) next.putCursor(cursor);
    store = next;
    return object();
  }

  private static Object dump(Store store) {
    return object(
        "replica", store.device.replica(),
        "entries", store.entries().stream()
            .sorted(Comparator.comparing(Entry::type).thenComparing(Entry::id))
            .map(Testee::inOrder).toList(),
        "cursors", store.cursors().stream()
            .sorted(Comparator.comparing(Cursor::replica).thenComparing(Cursor::cursor)).toList(),
        "archive", store.archived().stream()
            .map(each -> new Archived(each.reason(), each.peer(), inOrder(each.entry()))).toList());
  }

  private static Entry inOrder(Entry e) {
    return new Entry(e.type(), e.id(), e.resource(), e.base(), e.baseResource(), e.changes(),
        e.absorbed().stream().sorted(Comparator.comparing(ChangeId::replica)
            .thenComparing(ChangeId::counter)).toList());
  }

  record Seed(List<Entry> entries, List<Cursor> cursors) {}
  record Dial(String host, int port) {}
  record Params(String release, String mode, List<RequestedType> types, String strategy,
      List<String> capabilities) {}

  private static Run readRun(Map<?, ?> command) {
    String role = word(text(command, "role"), ROLES, null, "role");
    for (String name : List.of("listen", "inline", "clock")) {
      if (command.get(name) != null) throw new Refusal("unsupported", name, name);
    }
    Dial dial = Json.bind(Dial.class, command.get("dial"), "dial");
    List<String> known = role.equals("sender") ? List.of("release", "capabilities")
        : List.of("release", "capabilities", "mode", "types", "strategy");
    Map<?, ?> given = (Map<?, ?>) command.get("params");
    for (Object name : given.keySet()) {
      if (given.get(name) == null || known.contains(name)) continue;
      // Never ignore one: a case would fail in a way that nobody understands.
      throw new Refusal("unsupported", "parameter " + name, "params." + name);
    }
    Params params = Json.bind(Params.class, command.get("params"), "params");
    for (String name : params.capabilities()) word(name, CAPABILITIES, null, "params.capabilities");
    Object secret = command.get("secret");
    return new Run(role, dial.host(), dial.port(),
        secret instanceof List<?> several ? several.stream().map(String::valueOf).toList()
            : secret == null ? List.of() : List.of((String) secret),
        word(params.release(), RELEASES, "R4", "params.release"),
        word(params.mode(), MODES, "CURSOR", "params.mode"), params.types(),
        word(params.strategy(), STRATEGIES, "theirs", "params.strategy"),
        given.get("capabilities") == null ? CAPABILITIES : params.capabilities());
  }

  private static String word(String value, List<String> words, String otherwise, String field) {
    if (value == null) return otherwise;
    if (words.contains(value)) return value;
    throw new Refusal("unsupported", field + " " + value, field);
  }

  private static String text(Map<?, ?> command, String name) {
    if (command.get(name) instanceof String text) return text;
    throw new Refusal("invalid", name + " has to be a string", name);
  }

  private static BigInteger integer(Object value, String field) {
    try {
      return new BigInteger(String.valueOf(value));
    } catch (NumberFormatException fault) {
      throw new Refusal("invalid", field + " has to be a whole number", field);
    }
  }

  /** What a command is answered with; whatever breaks in a session must not end the testee. */
  private Map<String, Object> answer(Map<?, ?> command) {
    Object error;
    try {
      Map<String, Object> answer = object("id", command.get("id"), "ok", true);
      ((Map<?, ?>) carryOut(command)).forEach((name, value) -> answer.put((String) name, value));
      return answer;
    } catch (Refusal refusal) {
      error = object("kind", refusal.kind, "message", refusal.getMessage(), "field", refusal.field);
    } catch (Throwable fault) {
      String text = fault.getMessage() == null ? fault.toString() : fault.getMessage();
      error = object("kind", "failed", "message", text.isBlank() ? "no message" : text);
    }
    return object("id", command.get("id"), "ok", false, "error", error);
  }

  private void serve(InputStream input, OutputStream output) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int octet = input.read(); octet >= 0; octet = input.read()) {
      if (octet != '\n') { // Only a line feed ends a line; readLine() would cut at more.
        line.write(octet);
        continue;
      }
      String text = line.toString(StandardCharsets.UTF_8);
      line.reset();
      if (!(Json.read(text) instanceof Map<?, ?> command) || !command.containsKey("cmd")) {
        System.err.println("not a command: " + text);
        continue;
      }
      String reply = Json.write(answer(command)) + "\n";
      output.write(reply.getBytes(StandardCharsets.US_ASCII));
      output.flush();
      if ("quit".equals(command.get("cmd"))) return;
    }
  }

  /** Standard input and output, or `--connect HOST:PORT` where the kit can't start a program. */
  public static void main(String[] arguments) throws IOException {
    OutputStream output = System.out;
    System.setOut(System.err); // What a library prints must not run into an answer.
    if (arguments.length == 2 && arguments[0].equals("--connect")) {
      int cut = arguments[1].lastIndexOf(':');
      String host = arguments[1].substring(0, cut);
      try (Socket kit = new Socket(host, Integer.parseInt(arguments[1].substring(cut + 1)))) {
        new Testee().serve(new BufferedInputStream(kit.getInputStream()), kit.getOutputStream());
      }
    } else {
      new Testee().serve(new BufferedInputStream(System.in), output);
    }
    System.exit(0); // Also where a session left a thread behind.
  }

  static Map<String, Object> object(Object... pairs) {
    Map<String, Object> object = new LinkedHashMap<>();
    for (int at = 0; at < pairs.length; at += 2) object.put((String) pairs[at], pairs[at + 1]);
    return object;
  }

  /** JSON as maps, lists, strings, exact numbers, booleans and null; and those as records. */
  static final class Json {
    private static final HexFormat HEX = HexFormat.of();
    private final String text;
    private int at;

    private Json(String text) {
      this.text = text;
    }

    /** Null for what is no JSON. */
    static Object read(String text) {
      try {
        Json json = new Json(text.strip());
        Object value = json.value();
        return json.at == json.text.length() ? value : null;
      } catch (IllegalArgumentException | IndexOutOfBoundsException fault) {
        return null;
      }
    }

    private Object value() {
      space();
      Object value = switch (text.charAt(at)) {
        case '{' -> {
          Map<String, Object> members = new LinkedHashMap<>();
          many('}', () -> {
            String name = string();
            need(':');
            members.put(name, value());
          });
          yield members;
        }
        case '[' -> {
          List<Object> items = new ArrayList<>();
          many(']', () -> items.add(value()));
          yield items;
        }
        case '"' -> string();
        default -> word();
      };
      space();
      return value;
    }

    private void space() {
      while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) at++;
    }

    private void need(char awaited) {
      space();
      if (text.charAt(at++) != awaited) throw new IllegalArgumentException();
      space();
    }

    private void many(char end, Runnable one) {
      need(text.charAt(at));
      if (text.charAt(at) != end) {
        one.run();
        for (; text.charAt(at) == ','; one.run()) need(',');
      }
      if (text.charAt(at++) != end) throw new IllegalArgumentException();
    }

    private String string() {
      StringBuilder string = new StringBuilder();
      if (text.charAt(at++) != '"') throw new IllegalArgumentException();
      for (char c = text.charAt(at++); c != '"'; c = text.charAt(at++)) {
        string.append(c == '\\' ? escaped(text.charAt(at++)) : c);
      }
      return string.toString();
    }

    private char escaped(char c) {
      if (c == 'u') return (char) Integer.parseInt(text.substring(at, at += 4), 16);
      return "\"\\/\b\f\n\r\t".charAt("\"\\/bfnrt".indexOf(c));
    }

    private Object word() {
      int from = at;
      while (at < text.length() && ",]} \t\r\n".indexOf(text.charAt(at)) < 0) at++;
      String word = text.substring(from, at);
      return switch (word) {
        case "true", "false" -> Boolean.valueOf(word);
        case "null" -> null;
        default -> new BigDecimal(word); // Exact, and no text that is no number.
      };
    }

    /** A record, list or plain value of a type; absent is null, and an empty list. */
    @SuppressWarnings("unchecked")
    static <T> T bind(Type type, Object json, String path) {
      if (type == BigInteger.class) return (T) integer(json, path);
      if (type == int.class) return (T) (Object) integer(json, path).intValueExact();
      if (type instanceof ParameterizedType list) {
        Type item = list.getActualTypeArguments()[0];
        List<?> items = json == null ? List.of() : (List<?>) json;
        return (T) items.stream().map(each -> bind(item, each, path + "[]")).toList();
      }
      if (json instanceof String || json == null && path.contains(".")) return (T) json;
      if (!(json instanceof Map<?, ?> members)) {
        throw new Refusal("invalid", path + " has to be an object", path);
      }
      Class<?> record = (Class<?>) type;
      Object[] values = Arrays.stream(record.getRecordComponents()).map(part -> bind(part
          .getGenericType(), members.get(part.getName()), path + "." + part.getName())).toArray();
      try {
        return (T) record.getDeclaredConstructors()[0].newInstance(values);
      } catch (ReflectiveOperationException fault) {
        throw new IllegalStateException(fault);
      }
    }

    /** In ASCII, so that no character set can spoil a line. */
    static String write(Object value) {
      if (value instanceof String string) {
        StringBuilder text = new StringBuilder("\"");
        for (char c : string.toCharArray()) {
          if (c < 0x20 || c > 0x7e) text.append("\\u").append(HEX.toHexDigits(c));
          else text.append(c == '"' || c == '\\' ? "\\" : "").append(c);
        }
        return text.append('"').toString();
      }
      // Above 2^53 - 1 a JSON number is not safe in every language, so it travels as text.
      if (value instanceof BigInteger whole && whole.bitLength() > 53) return write("" + whole);
      if (value instanceof List<?> list) {
        return list.stream().map(Json::write).collect(Collectors.joining(",", "[", "]"));
      }
      if (value instanceof Map<?, ?> map) {
        return map.entrySet().stream().map(each -> write(each.getKey()) + ":"
            + write(each.getValue())).collect(Collectors.joining(",", "{", "}"));
      }
      if (!(value instanceof Record record)) return "" + value;
      Map<String, Object> members = new LinkedHashMap<>();
      try {
        for (RecordComponent part : record.getClass().getRecordComponents()) {
          members.put(part.getName(), part.getAccessor().invoke(record));
        }
      } catch (ReflectiveOperationException fault) {
        throw new IllegalStateException(fault);
      }
      return write(members);
    }
  }
}
