import Contract

/// A text of lines `time | who signs | statement | what comes of it`: the code's name, or `ok`.
///
/// `## name` begins a story in a fresh world; `! ...` edits the state where no statement can (see
/// `World.edit`); `#` begins a comment. Times are seconds or days: `100`, `366d`, `366d+1`.
struct DecisionTable: Sendable, CustomStringConvertible {
    /// A story's lines in their order.
    struct Story: Sendable {
        let name: String
        var steps: [Step] = []
    }

    enum Step: Sendable {
        case line(Line)
        case edit([String])
    }

    let name: String
    let stories: [Story]
    /// How many lines there are: a table that was not read proves nothing.
    var lineCount: Int {
        stories.reduce(0) { count, story in
            count + story.steps.count { if case .line = $0 { true } else { false } }
        }
    }
    var description: String { name }

    /// The text's first row stands three lines below the call; `places` gives the rows' places where it does
    /// not.
    init(
        _ name: String, _ text: String, places: [Place]? = nil, file: String = #filePath, line: Int = #line
    ) {
        var stories = [Story]()
        for (index, row) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if row.isEmpty { continue }
            if row.hasPrefix("## ") {
                stories.append(Story(name: String(row.dropFirst(3))))
            } else if row.hasPrefix("! ") {
                stories[stories.count - 1].steps.append(.edit(words(row.dropFirst(2))))
            } else if !row.hasPrefix("#") {
                let place = places?[index] ?? Place(path: file, line: line + 3 + index)
                stories[stories.count - 1].steps.append(.line(Line(row, at: place)))
            }
        }
        self.name = name
        self.stories = stories
    }
}

/// Where a row stands in the sources of these tests.
struct Place: Hashable, Sendable {
    let path: String
    let line: Int

    /// The file without its folder.
    var file: String { String(path.split(separator: "/").last ?? "") }
}

/// One statement of a table. A line that cannot be read stops the tests: it is a mistake in the table.
struct Line: Sendable {
    let text: String
    let place: Place?
    let time: LedgerTime
    let verb: String
    /// The word after the verb: what the statement makes or is about.
    let subject: String
    /// `name=value`; of two of one name the last counts.
    let options: [String: String]
    let flags: [String]
    let expected: String

    init(_ row: some StringProtocol, at place: Place? = nil) {
        let columns = row.split(separator: "|").map { words($0) }
        guard columns.count == 4, columns[0].count == 1, columns[1].count == 1, columns[2].count >= 2,
            columns[3].count == 1
        else { preconditionFailure("not four columns: \(row)") }
        self.text = String(row)
        self.place = place
        self.time = seconds(columns[0][0])
        self.verb = columns[2][0]
        self.subject = columns[2][1]
        var options = ["signer": columns[1][0]]
        var flags = [String]()
        for word in columns[2].dropFirst(2) {
            let parts = word.split(separator: "=", maxSplits: 1)
            if parts.count == 2 { options[String(parts[0])] = String(parts[1]) } else { flags.append(word) }
        }
        self.options = options
        self.flags = flags
        self.expected = columns[3][0]
    }

    var signer: String { options["signer"]! }
}

/// The words of a text, split at spaces.
func words(_ text: some StringProtocol) -> [String] {
    Substring(text).split(separator: " ").map { String($0) }
}

/// `a,b`; none in `none`.
func commaSeparated(_ text: String) -> [String] {
    text == "none" ? [] : text.split(separator: ",").map { String($0) }
}

/// `100`, `366d`, `366d+1`, `366d-1`.
func seconds(_ text: some StringProtocol) -> LedgerTime {
    let parts = text.split(separator: "d", maxSplits: 1)
    if !text.contains("d"), let value = LedgerTime(text) { return value }
    guard let days = LedgerTime(parts[0]), let more = parts.count == 1 ? 0 : Int64(parts[1]) else {
        preconditionFailure("not a time: \(text)")
    }
    return LedgerTime(Int64(days * 86_400) + more)
}

/// The organisation in `clinician@hospital1`.
func organisation(in name: some StringProtocol) -> String? {
    name.firstIndex(of: "@").map { String(name[name.index(after: $0)...]) }
}

/// The case of an enumeration by its name.
func choice<Choice: CaseIterable>(_ name: String, of type: Choice.Type = Choice.self) -> Choice {
    guard let choice = Choice.allCases.first(where: { "\($0)" == name }) else {
        preconditionFailure("\(name) is no \(Choice.self)")
    }
    return choice
}
