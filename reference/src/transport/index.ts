// What the transport layer offers: the interface and the connections that this package brings.
export { memoryPair, piecesOf } from './memory.ts';
export type { Direction, MemoryOptions } from './memory.ts';
export { dialTcp, listenTcp } from './tcp.ts';
export type { DialOptions, ListenOptions, TcpAddress, TcpConnection, TcpListener } from './tcp.ts';
export { TransportError } from './transport.ts';
export type { ByteStream } from './transport.ts';
