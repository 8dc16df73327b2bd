import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import Server

/// Connections end that only hold a descriptor, and make room for those that work (T53, T69). The loop's time is turned by
/// hand.
@Suite struct ConnectionTests {
    private func limits(connections: Int = 4, perAddress: Int = 4) -> ConnectionLimits {
        var limits = ConnectionLimits(descriptors: 256)
        limits.connections = connections
        limits.connectionsPerAddress = perAddress
        return limits
    }

    /// A connection behind its door, as `GuardedChannel` makes it but for TLS; nil where there was no room.
    private func open(
        _ connections: OpenConnections, from address: String = "192.0.2.1"
    ) throws -> EmbeddedChannel? {
        let channel = EmbeddedChannel()
        try channel.connect(to: SocketAddress(ipAddress: address, port: 1)).wait()
        guard let connection = connections.admit(channel) else { return nil }
        let handlers = channel.pipeline.syncOperations
        try handlers.addHandler(ConnectionDoor(connection, connections.limits, at: channel.eventLoop.now))
        try handlers.addHandler(HTTPResponseEncoder())
        try handlers.addHandler(ByteToMessageHandler(HTTPRequestDecoder()))
        try handlers.addHandler(RequestWatch(connections))
        return channel
    }

    private func send(_ text: String, on channel: EmbeddedChannel) throws {
        channel.read()
        try channel.writeInbound(ByteBuffer(string: text))
        channel.read()
    }

    private func answer(_ status: HTTPResponseStatus = .ok, on channel: EmbeddedChannel) throws {
        try channel.writeOutbound(HTTPServerResponsePart.head(.init(version: .http1_1, status: status)))
        try channel.writeOutbound(HTTPServerResponsePart.end(nil))
    }

    private func sent(on channel: EmbeddedChannel) throws -> String {
        var text = ""
        while let piece = try channel.readOutbound(as: ByteBuffer.self) { text += String(buffer: piece) }
        return text
    }

    private let call = "GET / HTTP/1.1\r\nHost: h\r\n\r\n"
    private let upload = "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n"

    // MARK: Deadlines

    @Test func whoSendsNoWholeRequestIsEnded() throws {
        let connections = OpenConnections(limits())
        let channels = try (0..<3).map { _ in try #require(try open(connections)) }
        let (silent, unfinished, trickling) = (channels[0], channels[1], channels[2])
        try send("GET / HTTP/1.1\r\nHost:", on: unfinished)
        try send("GET / HTTP/1.1\r\nHost:", on: trickling)
        for _ in 0..<9 {
            try send("X", on: trickling)
            for channel in channels { channel.embeddedEventLoop.advanceTime(by: .seconds(1)) }
        }
        #expect(channels.allSatisfy { $0.isActive })
        for channel in channels { channel.embeddedEventLoop.advanceTime(by: .seconds(1)) }
        #expect(channels.allSatisfy { !$0.isActive })
        #expect(connections.count == 0)
        _ = silent
    }

    @Test func whoCallsMayIdleForAWhileAndWaitForAnAnswer() throws {
        let channel = try #require(try open(OpenConnections(limits())))
        try send(call, on: channel)
        // An answer may take its time.
        channel.embeddedEventLoop.advanceTime(by: .hours(1))
        #expect(channel.isActive)
        try answer(on: channel)
        channel.embeddedEventLoop.advanceTime(by: .seconds(74))
        #expect(channel.isActive)
        try send(call, on: channel)
        try answer(on: channel)
        channel.embeddedEventLoop.advanceTime(by: .seconds(74))
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(!channel.isActive)
    }

    @Test func aBodyComesAtSomeRate() throws {
        let slow = try #require(try open(OpenConnections(limits())))
        let steady = try #require(try open(OpenConnections(limits())))
        let held = try #require(try open(OpenConnections(limits())))
        try send(upload, on: slow)
        try send(upload, on: steady)
        // The server does not ask this one for more: it is not the client that is slow.
        try held.writeInbound(ByteBuffer(string: upload))
        for _ in 0..<40 {
            if slow.isActive { try send("x", on: slow) }
            try send(String(repeating: "x", count: 1_000), on: steady)
            for channel in [slow, steady, held] { channel.embeddedEventLoop.advanceTime(by: .seconds(1)) }
        }
        #expect(!slow.isActive && steady.isActive && held.isActive)
    }

    @Test func whoTakesNoAnswerIsEnded() throws {
        let channel = try #require(try open(OpenConnections(limits())))
        try send(call, on: channel)
        for (isWritable, isActive) in [(false, true), (true, true), (false, false)] {
            channel.isWritable = isWritable
            channel.pipeline.fireChannelWritabilityChanged()
            channel.embeddedEventLoop.advanceTime(by: .seconds(isActive ? 29 : 30))
            #expect(channel.isActive == isActive)
        }
    }

    /// A refused upload is cut off at once: nothing of it is read any more.
    @Test func whatIsRefusedIsNotReadToItsEnd() throws {
        let channel = try #require(try open(OpenConnections(limits())))
        try send(upload, on: channel)
        #expect(try channel.readInbound(as: HTTPServerRequestPart.self) != nil)
        try answer(.forbidden, on: channel)
        #expect(try sent(on: channel).lowercased().contains("connection: close"))
        try channel.writeInbound(ByteBuffer(string: "more"))
        #expect(try channel.readInbound(as: HTTPServerRequestPart.self) == nil)
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(!channel.isActive)
        // An answer to what was read keeps the connection.
        let other = try #require(try open(OpenConnections(limits())))
        try send(call, on: other)
        try answer(.forbidden, on: other)
        #expect(try !sent(on: other).lowercased().contains("connection: close"))
        other.embeddedEventLoop.advanceTime(by: .seconds(5))
        #expect(other.isActive)
    }

    // MARK: Room

    @Test func whoShowsLeastMakesRoom() throws {
        let connections = OpenConnections(limits())
        let known = try #require(try open(connections))
        try send(call, on: known)
        connections.know(known)
        let greeting = try #require(try open(connections))
        try send("GET", on: greeting)
        var silent = try (0..<2).map { _ in try #require(try open(connections)) }
        // A flood of connections ends its own.
        for _ in 0..<100 { silent.append(try #require(try open(connections))) }
        #expect(silent.count { $0.isActive } == 2 && connections.count == 4)
        #expect(known.isActive && greeting.isActive)
        // One of greetings ends what is silent, then older greetings; never a caller that was let in.
        for _ in 0..<100 { try send("GET", on: try #require(try open(connections))) }
        #expect(known.isActive && !greeting.isActive && silent.allSatisfy { !$0.isActive })
        // Where all are known, whoever idles longest makes room for a new caller, and nobody who waits for an answer.
        let full = OpenConnections(limits())
        let callers = try (0..<4).map { _ in try #require(try open(full)) }
        for caller in callers {
            try send(call, on: caller)
            full.know(caller)
        }
        #expect(try open(full) == nil)
        try answer(on: callers[2])
        #expect(try open(full) != nil)
        #expect(callers.map(\.isActive) == [true, true, false, true])
    }

    @Test func oneAddressHasNotAll() throws {
        let connections = OpenConnections(limits(perAddress: 2))
        let other = try #require(try open(connections, from: "198.51.100.7"))
        let own = try (0..<10).map { _ in try #require(try open(connections)) }
        #expect(own.count { $0.isActive } == 2 && other.isActive && connections.count == 3)
        // In IPv6 whoever has a network has all its addresses.
        let six = try (1..<10).map { try #require(try open(connections, from: "2001:db8::\($0)")) }
        #expect(six.count { $0.isActive } == 2)
        let apart = OpenConnections(limits(perAddress: 1))
        let networks = try (1..<4).map { try #require(try open(apart, from: "2001:db8:0:\($0)::1")) }
        #expect(networks.allSatisfy { $0.isActive })
        #expect(CallerAddress("::ffff:192.0.2.1") == CallerAddress("192.0.2.1"))
        #expect(CallerAddress("no address") == nil)
    }

    /// Behind a proxy the forwarded address counts, and only behind one that was named.
    @Test func behindAProxyTheForwardedAddressCounts() throws {
        var limits = limits(perAddress: 1)
        limits.proxies = [try #require(CallerAddress("192.0.2.1"))]
        let connections = OpenConnections(limits)
        let first = try #require(try open(connections))
        let second = try #require(try open(connections))
        func forward(_ text: String, on channel: EmbeddedChannel) throws -> Bool {
            try send("GET / HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: \(text)\r\n\r\n", on: channel)
            return try #require(connections.connection(of: channel)).isCallTooMany
        }
        // The last address is what the proxy has written; those before are the caller's to make up.
        #expect(try !forward("203.0.113.1, 198.51.100.7", on: first))
        #expect(try forward("203.0.113.2, 198.51.100.7", on: second))
        try answer(on: second)
        #expect(try !forward("198.51.100.8", on: second))
        try answer(on: second)
        try answer(on: first)
        #expect(try !forward("198.51.100.7", on: second))
        // A caller that names itself a proxy is none.
        let stranger = try #require(try open(connections, from: "203.0.113.9"))
        _ = try forward("198.51.100.1", on: stranger)
        #expect(try open(connections, from: "203.0.113.9") == nil || !stranger.isActive)
    }

    @Test func thereIsAlwaysRoomForTheLedgersFiles() {
        for descriptors in [128, 256, 1_024, 65_536] {
            let limits = ConnectionLimits(descriptors: descriptors)
            #expect(limits.connections * 2 + ConnectionLimits.descriptorsReserved <= max(descriptors, 72))
            #expect(limits.connectionsPerAddress <= limits.connections)
        }
    }
}
