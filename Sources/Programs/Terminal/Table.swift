import Foundation

/// Columns as wide as their widest cell, for people.
public struct Table {
    private var rows: [[String]]

    public init(_ header: String...) { rows = [header] }

    public var isEmpty: Bool { rows.count == 1 }

    public mutating func add(_ cells: String...) { rows.append(cells) }

    public func print() {
        let columns = rows[0].count
        let widths = (0..<columns).map { column in rows.map { $0[column].count }.max() ?? 0 }
        for row in rows {
            let cells = row.enumerated().map { column, cell in
                column == columns - 1
                    ? cell : cell.padding(toLength: widths[column], withPad: " ", startingAt: 0)
            }
            Swift.print(cells.joined(separator: "  "))
        }
    }
}
