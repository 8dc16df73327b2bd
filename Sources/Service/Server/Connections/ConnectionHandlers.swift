import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1

/// A connection's channel with a door before it, which ends it when it does not come further.
struct GuardedChannel<Base: ServerChildChannel>: ServerChildChannel {
    struct NoRoomError: Error {}

    let base: Base
    let connections: OpenConnections

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Base.Value> {
        guard let connection = connections.admit(channel) else {
            channel.close(promise: nil)
            return channel.eventLoop.makeFailedFuture(NoRoomError())
        }
        let limits = connections.limits
        return channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(
                ConnectionDoor(connection, limits, at: channel.eventLoop.now))
        }.flatMap { base.setup(channel: channel, logger: logger) }
            .flatMapThrowing { [connections] value in
                // Where bytes have become requests.
                let handlers = channel.pipeline.syncOperations
                let decoder = try handlers.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
                try handlers.addHandler(RequestWatch(connections), position: .after(decoder))
                return value
            }
    }

    func handle(value: Base.Value, logger: Logger) async { await base.handle(value: value, logger: logger) }
}

/// The first handler of a connection, before TLS: it sees what comes and goes, and closes the socket itself, without the
/// farewell that TLS would wait for.
final class ConnectionDoor: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    let connection: OpenConnection
    fileprivate var progress: ConnectionProgress
    private var context: ChannelHandlerContext?
    private var check: Scheduled<Void>?
    private var hasSpoken = false

    init(_ connection: OpenConnection, _ limits: ConnectionLimits, at now: NIODeadline) {
        self.connection = connection
        progress = ConnectionProgress(limits, at: now)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        look()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        check?.cancel()
        self.context = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        check?.cancel()
        context.fireChannelInactive()
    }

    /// Ends the connection if it is overdue, or looks again later.
    fileprivate func look() {
        guard let context else { return }
        check?.cancel()
        switch progress.verdict(at: context.eventLoop.now) {
        case .overdue: context.close(mode: .all, promise: nil)
        case .fine(let until):
            check = context.eventLoop.assumeIsolated().scheduleTask(deadline: until) { self.look() }
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if !hasSpoken { connection.reached(.speaking) }
        hasSpoken = true
        progress.received(unwrapInboundIn(data).readableBytes)
        context.fireChannelRead(data)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        progress.paused(at: context.eventLoop.now)
        context.fireChannelReadComplete()
    }

    func read(context: ChannelHandlerContext) {
        // A client that goes on sending after a refusal waits until the connection ends.
        guard !progress.isRefused else { return }
        progress.asks(at: context.eventLoop.now)
        context.read()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        progress.isWritable(context.channel.isWritable, at: context.eventLoop.now)
        context.fireChannelWritabilityChanged()
    }

    func triggerUserOutboundEvent(
        context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?
    ) {
        guard event is EndOfConnection else {
            return context.triggerUserOutboundEvent(event, promise: promise)
        }
        context.close(mode: .all, promise: promise)
    }
}

/// Tells the door where requests and answers begin and end, and answers no further than a refusal.
final class RequestWatch: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private let connections: OpenConnections
    private var door: ConnectionDoor?

    init(_ connections: OpenConnections) { self.connections = connections }

    func handlerAdded(context: ChannelHandlerContext) {
        door = try? context.pipeline.syncOperations.handler(type: ConnectionDoor.self)
    }

    func handlerRemoved(context: ChannelHandlerContext) { door = nil }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard let door, !door.progress.isRefused else { return }
        switch unwrapInboundIn(data) {
        case .head(let head):
            door.progress.requestBegan()
            connections.callBegan(on: door.connection, forwardedFor: head.forwardedFor)
        case .body: break
        case .end: door.progress.requestEnded()
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard let door else { return context.write(data, promise: promise) }
        switch unwrapOutboundIn(data) {
        case .head(var head) where door.progress.isReceiving && head.status.code >= 200:
            // What is answered before it was read is not read to its end: the connection ends instead.
            head.headers.replaceOrAdd(name: "Connection", value: "close")
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .end:
            door.progress.answered(at: context.eventLoop.now)
            connections.callEnded(on: door.connection)
            context.write(data, promise: promise)
            if door.progress.isRefused { door.look() }
        default: context.write(data, promise: promise)
        }
    }
}

extension HTTPRequestHead {
    /// Who has called the proxy that forwards the request: the last address of X-Forwarded-For, which the proxy itself
    /// has written.
    fileprivate var forwardedFor: CallerAddress? {
        headers[canonicalForm: "X-Forwarded-For"].last.flatMap { CallerAddress(String($0)) }
    }
}
