public import NIOCore
import NIOHTTP2

/// Answers the other side's HTTP/2 pings (RFC 9113, section 6.7) in front of the HTTP/2 layer, which then sees none.
///
/// Fabric's programs measure a connection by a ping with nearly every message that they receive (gRPC for Go does,
/// to estimate the bandwidth), hundreds in a second under load. swift-nio-http2 1.46 ends a connection with more than
/// 200 in half a minute, and grpc-swift-nio-transport 2.9.2 has no setting for that: connections broke every few
/// seconds. Where a transport can be told how many are allowed, this is not needed.
///
/// All other bytes pass unchanged, malformed pings and answers to pings included: they are the HTTP/2 layer's. So
/// are pings that come while the other side does not take what it is sent: that layer's limits bound what is kept.
public final class PingAnswerer: ChannelInboundHandler {
    public typealias InboundIn = ByteBuffer
    public typealias InboundOut = ByteBuffer
    public typealias OutboundOut = ByteBuffer

    /// Length of the payload (3 bytes), type, flags, stream (4 bytes).
    private static let headerBytes = 9
    /// What a client's connection begins with (RFC 9113, section 3.4).
    private static let prefaceBytes = 24
    private static let pingType: UInt8 = 6
    private static let answerFlag: UInt8 = 1
    private static let pingPayloadBytes = 8

    /// Bytes of the preface or of a frame that are still to pass.
    private var passing: Int
    /// The beginning of a frame that is not there far enough to tell what it is.
    private var held = ByteBuffer()
    private var hasAnswered = false

    init(passing: Int) { self.passing = passing }

    /// Puts one into a server's connection, right after grpc-swift-nio-transport has set it up.
    @Sendable public static func addAtServer(_ channel: any Channel) -> EventLoopFuture<Void> {
        add(to: channel, passing: prefaceBytes)
    }

    /// The same for a client's connection.
    @Sendable public static func addAtClient(_ channel: any Channel) -> EventLoopFuture<Void> {
        add(to: channel, passing: 0)
    }

    private static func add(to channel: any Channel, passing: Int) -> EventLoopFuture<Void> {
        channel.eventLoop.makeCompletedFuture {
            let pipeline = channel.pipeline.syncOperations
            let layer = try pipeline.handler(type: NIOHTTP2Handler.self)
            try pipeline.addHandler(PingAnswerer(passing: passing), position: .before(layer))
        }
    }

    public func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        if held.readableBytes > 0 {
            held.writeBuffer(&bytes)
            bytes = held
            held = ByteBuffer()
        }
        // All before `next` that was not taken out passes.
        var next = bytes.readerIndex
        while next < bytes.writerIndex {
            let there = bytes.writerIndex - next
            if passing > 0 {
                let count = min(passing, there)
                passing -= count
                next += count
                continue
            }
            guard let header = bytes.getBytes(at: next, length: Self.headerBytes) else { break }
            let payloadBytes = header[..<3].reduce(0) { $0 << 8 | Int($1) }
            let isPing =
                header[3] == Self.pingType && header[4] & Self.answerFlag == 0
                && payloadBytes == Self.pingPayloadBytes && header[5...].allSatisfy { $0 == 0 }
            guard isPing, context.channel.isWritable else {
                passing = Self.headerBytes + payloadBytes
                continue
            }
            guard let payload = bytes.getSlice(at: next + Self.headerBytes, length: payloadBytes) else {
                break
            }
            pass(bytes.readSlice(length: next - bytes.readerIndex), context)
            bytes.moveReaderIndex(forwardBy: Self.headerBytes + payloadBytes)
            next = bytes.readerIndex
            answer(payload, context)
        }
        pass(bytes.readSlice(length: next - bytes.readerIndex), context)
        if bytes.readableBytes > 0 { held = bytes }
    }

    private func pass(_ bytes: ByteBuffer?, _ context: ChannelHandlerContext) {
        if let bytes, bytes.readableBytes > 0 { context.fireChannelRead(wrapInboundOut(bytes)) }
    }

    private func answer(_ payload: ByteBuffer, _ context: ChannelHandlerContext) {
        var frame = context.channel.allocator.buffer(capacity: Self.headerBytes + Self.pingPayloadBytes)
        frame.writeBytes([0, 0, UInt8(Self.pingPayloadBytes), Self.pingType, Self.answerFlag, 0, 0, 0, 0])
        frame.writeImmutableBuffer(payload)
        context.write(wrapOutboundOut(frame), promise: nil)
        hasAnswered = true
    }

    public func channelReadComplete(context: ChannelHandlerContext) {
        if hasAnswered {
            hasAnswered = false
            context.flush()
        }
        context.fireChannelReadComplete()
    }
}
