import Contract
import Foundation
import Patients
import Sealing
import Terminal
import Workflow

/// What a patient reads before an approval. However much that is, the question at its end says again who may do what with
/// what until when.
struct ApprovalText {
    private let lines: [String]
    let question: String

    /// So many records are shown one by one.
    private static let recordsMax = 6

    /// Of what `approval` grants.
    init(_ approval: ProposedApproval, columns: Int?) {
        let records = approval.items.map { (record: $0.record, files: $0.files) }
        let who = approval.grantee.shown
        let effect = approval.kind == .read ? "read" : "receive and keep"
        let until = Moment.text(approval.notAfter, on: .error)
        let isPart = approval.coverage == .part
        let later =
            switch approval.coverage {
            case .present: "nothing that is added later"
            case .growing: "what is added later, too"
            case .part: "nothing else of the record"
            }
        lines =
            Self.asked(approval.request, "asks to \(effect) records of yours at", columns)
            + Self.shown(records, columns)
            + Self.shown(gone: approval.gone, columns)
            + Self.labelled(
                [
                    ("Who", who), ("May", "\(effect) \(isPart ? "these files" : "the above")"),
                    ("For", approval.purpose.name), ("Until", until),
                    ("At most", "\(approval.releases) times each"), ("Later", later),
                ], columns)
        let files = ContentSummary(records.flatMap(\.files)).count
        let what =
            isPart
            ? "\(files) of \(Self.count(records.map(\.record)))"
            : "\(Self.count(records.map(\.record))) (\(files))"
        let growing = approval.coverage == .growing ? " and what is added later" : ""
        question = Folding.lines(
            "Let \(who) \(effect) \(what)\(growing) for \(approval.purpose.name) until \(until)?",
            columns: columns
        ).joined(separator: "\n")
    }

    /// Of the erasure that `removal` orders. `contents`: what is known of the records.
    init(_ removal: ProposedRemoval, contents: [RecordHandle: Descriptor], columns: Int?) {
        let records = removal.records.map {
            (record: $0.handle, files: contents[$0.handle]?.files ?? [])
        }
        lines =
            Self.asked(removal.request, "asks to have records of yours erased at", columns)
            + Self.shown(records, columns)
            + Self.labelled(
                [
                    (
                        "Effect",
                        "it is served to no one from then on; \(Self.keepers(of: removal.records)) must erase it"
                    )
                ], columns)
        question = Folding.lines(
            "Have \(Self.count(records.map(\.record))) erased for good, as \(removal.requester.shown) asks? "
                + "This cannot be undone.", columns: columns
        ).joined(separator: "\n")
    }

    /// Of the erasure of a record that its owner wants by itself.
    init(removing record: OwnRecord, content: Descriptor?, columns: Int?) {
        lines =
            Self.shown([(record.handle, content?.files ?? [])], columns)
            + Self.labelled(
                [
                    (
                        "Effect",
                        "it is served to no one from then on; \(Self.keepers(of: [record])) must erase it"
                    )
                ],
                columns)
        question = "Have record \(record.handle.short) erased for good? This cannot be undone."
    }

    /// What is asked about belongs beside the question; standard output is for the answer.
    func show() { Standard.error(lines.joined(separator: "\n")) }

    // MARK: Its parts

    private static func asked(_ request: RoutedRequest, _ wish: String, _ columns: Int?) -> [String] {
        let who = request.requesterShown
        var lines = Folding.lines("\(who) \(wish) \(request.custodian).", columns: columns)
        if !request.text.isEmpty {
            lines += Folding.lines(request.text, after: "They write: ", columns: columns)
        }
        if request.isUnderAnotherKey {
            lines += Folding.lines(InboxCommand.otherKey, after: "NOTE: ", columns: columns)
        }
        return lines
    }

    private static func shown(
        _ records: [(record: RecordHandle, files: [Descriptor.File])], _ columns: Int?
    ) -> [String] {
        func indented(_ files: [Descriptor.File]) -> [String] {
            ContentSummary(files).lines.flatMap { Folding.lines($0, after: "  ", columns: columns) }
        }
        guard records.count > recordsMax else {
            let short = ShortIDs(records.map(\.record))
            return records.flatMap { ["Record \(short($0.record))"] + indented($0.files) }
        }
        return ["\(records.count) records, with"] + indented(records.flatMap(\.files))
    }

    private static func shown(gone records: [OwnRecord], _ columns: Int?) -> [String] {
        guard !records.isEmpty else { return [] }
        let short = ShortIDs(records.map(\.handle))
        let names = records.prefix(recordsMax).map { short($0.handle) }.joined(separator: ", ")
        let more = records.count > recordsMax ? " and \(records.count - recordsMax) more" : ""
        return Folding.lines("\(names)\(more): erased", after: "Not granted: ", columns: columns)
    }

    private static func labelled(_ rows: [(label: String, text: String)], _ columns: Int?) -> [String] {
        rows.flatMap { row in
            Folding.lines(
                row.text, after: row.label.padding(toLength: 9, withPad: " ", startingAt: 0), columns: columns
            )
        }
    }

    /// `record 4f2a...`, `3 records`.
    private static func count(_ records: [RecordHandle]) -> String {
        records.count == 1 ? "record \(records[0].short)" : "\(records.count) records"
    }

    private static func keepers(of records: [OwnRecord]) -> String {
        Set(records.flatMap(\.custodians).map(\.description)).sorted().joined(separator: ", ")
    }
}
