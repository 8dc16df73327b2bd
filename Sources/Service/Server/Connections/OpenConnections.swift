import NIOCore
import Synchronization

/// The connections that are open, held below their limits: where there is no room for another, the one ends that has shown
/// least, and of those the oldest; and never one whose caller was let in, unless nothing else is left and it idles.
///
/// An attacker's connections so make room for each other: what only connects ends before what greets, and that before what
/// calls.
final class OpenConnections: Sendable {
    fileprivate struct Entry {
        let connection: OpenConnection
        /// A call on it was let in that not every key is let in to.
        var isKnown = false
    }

    fileprivate struct State {
        var entries: [ObjectIdentifier: Entry] = [:]
        var perAddress: [CallerAddress: Int] = [:]
        /// Behind proxies: calls that are not answered.
        var forwarded: [CallerAddress: Int] = [:]
        var next: UInt64 = 0
    }

    let limits: ConnectionLimits
    private let state = Mutex(State())

    init(_ limits: ConnectionLimits) { self.limits = limits }

    var count: Int { state.withLock { $0.entries.count } }

    /// Takes a connection in; nil where there is no room: then it is to be closed.
    func admit(_ channel: any Channel) -> OpenConnection? {
        let address = CallerAddress(channel.remoteAddress)
        let isProxy = address.map(limits.proxies.contains) ?? false
        let (connection, ended) = state.withLock { state -> (OpenConnection?, OpenConnection?) in
            let connection = OpenConnection(
                channel, number: state.next, address: address, isProxy: isProxy)
            var ended: OpenConnection?
            let isCrowded =
                connection.address.map { state.perAddress[$0, default: 0] >= limits.connectionsPerAddress }
                ?? false
            if isCrowded || state.entries.count >= limits.connections {
                let crowd = isCrowded ? connection.address : nil
                guard let place = state.leastShown(of: crowd) ?? state.longestIdle(of: crowd) else {
                    return (nil, nil)
                }
                ended = state.remove(place)
            }
            state.next += 1
            state.entries[ObjectIdentifier(channel)] = Entry(connection: connection)
            if let own = connection.address { state.perAddress[own, default: 0] += 1 }
            return (connection, ended)
        }
        ended?.end()
        guard let connection else { return nil }
        channel.closeFuture.whenComplete { _ in self.forget(connection, at: ObjectIdentifier(channel)) }
        return connection
    }

    /// The connection of a channel; nil when it did not come in through `admit`, or was ended.
    func connection(of channel: any Channel) -> OpenConnection? {
        state.withLock { $0.entries[ObjectIdentifier(channel)]?.connection }
    }

    /// Its caller was let in.
    func know(_ channel: any Channel) {
        state.withLock { $0.entries[ObjectIdentifier(channel)]?.isKnown = true }
    }

    /// The channel is closed.
    func forget(_ channel: any Channel) {
        guard let connection = connection(of: channel) else { return }
        forget(connection, at: ObjectIdentifier(channel))
    }

    private func forget(_ connection: OpenConnection, at place: ObjectIdentifier) {
        let unanswered = connection.unanswered()
        state.withLock { state in
            // The place may be another connection's by now.
            if state.entries[place]?.connection === connection { _ = state.remove(place) }
            for address in unanswered { state.leave(address) }
        }
    }

    // MARK: Calls behind a proxy

    func callBegan(on connection: OpenConnection, forwardedFor address: CallerAddress?) {
        guard connection.isProxy, let address else { return connection.callBegan(forwarded: nil) }
        let isTooMany = state.withLock { state in
            guard state.forwarded[address, default: 0] < limits.connectionsPerAddress else { return true }
            state.forwarded[address, default: 0] += 1
            return false
        }
        connection.callBegan(forwarded: (address, isTooMany))
    }

    func callEnded(on connection: OpenConnection) {
        guard let address = connection.callEnded() else { return }
        state.withLock { $0.leave(address) }
    }
}

extension OpenConnections.State {
    /// The connection that has shown least, and of those the oldest, of an address or of all; none whose caller was let in.
    fileprivate func leastShown(of address: CallerAddress?) -> ObjectIdentifier? {
        entries.filter { !$0.value.isKnown && (address == nil || $0.value.connection.address == address) }
            .map { (place: $0.key, stage: $0.value.connection.stage, number: $0.value.connection.number) }
            .min { ($0.stage, $0.number) < ($1.stage, $1.number) }?.place
    }

    /// The connection whose caller has asked nothing for the longest time, of an address or of all.
    fileprivate func longestIdle(of address: CallerAddress?) -> ObjectIdentifier? {
        entries.filter { address == nil || $0.value.connection.address == address }
            .compactMap { place, entry in entry.connection.idleSince.map { (place: place, since: $0) } }
            .min { $0.since < $1.since }?.place
    }

    fileprivate mutating func remove(_ place: ObjectIdentifier) -> OpenConnection? {
        guard let connection = entries.removeValue(forKey: place)?.connection else { return nil }
        if let address = connection.address { Self.decrease(&perAddress, address) }
        return connection
    }

    fileprivate mutating func leave(_ address: CallerAddress) { Self.decrease(&forwarded, address) }

    private static func decrease(_ counts: inout [CallerAddress: Int], _ address: CallerAddress) {
        let count = counts[address, default: 0] - 1
        counts[address] = count > 0 ? count : nil
    }
}
