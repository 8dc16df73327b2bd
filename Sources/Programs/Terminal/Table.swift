import Foundation

/// Columns as wide as their widest cell, for people. Where the terminal is narrower than that, each row is a paragraph with a
/// line for each cell.
public struct Table {
    private var rows: [[String]]

    public init(_ header: String...) { rows = [header] }

    public var isEmpty: Bool { rows.count == 1 }

    public mutating func add(_ cells: String...) { rows.append(cells) }

    public func print() {
        for line in lines(columns: Standard.columns(of: .output)) { Swift.print(line) }
    }

    /// The lines for a terminal with so many columns; nil: for a file or a pipe.
    func lines(columns: Int?) -> [String] {
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        if let columns, widths.reduce(0, +) + 2 * (widths.count - 1) > columns { return paragraphs }
        return rows.map { Self.line($0, widths) }
    }

    private var paragraphs: [String] {
        let header = rows[0]
        let width = header.map(\.count).max() ?? 0
        let paragraphs = rows.dropFirst().map { row in
            zip(header, row).map { Self.line([$0, $1], [width, $1.count]) }
        }
        return Array(paragraphs.joined(separator: [""]))
    }

    private static func line(_ cells: [String], _ widths: [Int]) -> String {
        let padded = zip(cells, widths).dropLast().map { cell, width in
            cell + String(repeating: " ", count: width - cell.count)
        }
        return (padded + cells.suffix(1)).joined(separator: "  ")
    }
}
