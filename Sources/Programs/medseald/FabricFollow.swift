import ArgumentParser
import Contract
import FabricChaincode
import FabricChannel
import Foundation
import Remote
import Synchronization
import Terminal

/// `medseald fabric follow`
struct FabricFollow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "follow",
        abstract: "Follow what the chaincode accepts on the channel, until Ctrl-C.",
        discussion: """
            A line for each transaction that counts: its block and transaction id, by which --after goes on, then what was \
            accepted. It is the peer's word: what must be believed is in the copy of the log (medseal ledger list).

            Examples:
              medseald fabric follow --profile net/fabric/insurer/connection.json
              medseald fabric follow --after BLOCK/TRANSACTION --count 5 --json --profile net/fabric/insurer/connection.json
            """)

    @Option(help: ArgumentHelp("Only what comes after this transaction.", valueName: "block/transaction"))
    var after: Place?

    @Option(help: "End after so many.")
    var count: Int?

    @OptionGroup var fabric: FabricOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard count ?? 1 > 0 else { throw ValidationError("--count is 1 or more.") }
    }

    func run() async throws {
        let left = Mutex(count ?? .max)
        try await fabric.connected { [after, output] gateway in
            try await gateway.events(after: after?.place) { event in
                let line = Printed.FollowedTransaction(event)
                try output.printLine(line, text: line.text)
                return left.withLock { left in
                    left -= 1
                    return left > 0
                }
            }
        }
    }

    /// A place as it is typed: `block/transaction`.
    struct Place: ExpressibleByArgument, Sendable {
        let place: ChannelEvent.Place

        init?(argument: String) {
            let parts = argument.split(separator: "/")
            guard parts.count == 2, let block = UInt64(parts[0]), parts[1].utf8.count == 64 else {
                return nil
            }
            place = ChannelEvent.Place(block: block, transaction: String(parts[1]))
        }
    }
}

extension Printed.FollowedTransaction {
    fileprivate init(_ event: ChannelEvent) {
        let (place, name) = (event.place, event.receipt.event)
        switch event.receipt {
        case .statement(let id, let time, _):
            self.init(
                block: place.block, transaction: place.transaction, event: name, statement: id, time: time,
                first: nil, entries: nil)
        case .begin(_, let entries):
            self.init(
                block: place.block, transaction: place.transaction, event: name, statement: nil, time: nil,
                first: nil, entries: entries)
        case .import(let first, let count, _):
            self.init(
                block: place.block, transaction: place.transaction, event: name, statement: nil, time: nil,
                first: first, entries: count)
        }
    }

    fileprivate var text: String {
        let what =
            if let statement, let time {
                "statement \(statement.short) at \(Moment.text(time))"
            } else if let first, let entries {
                "import of \(entries) entries from \(first) on"
            } else {
                "begin, with \(entries ?? 0) entries to be imported"
            }
        return "\(block)/\(transaction)  \(what)"
    }
}
