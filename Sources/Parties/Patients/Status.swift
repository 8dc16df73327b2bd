import API
import Contract
import Foundation
public import Homes
import Remote
import Sealing

extension Patient {
    /// Everything of this wallet's that ends, and when: its permits, what was entrusted to it, its servers' certificates.
    public func status() async throws -> [Deadline] {
        var all = [Deadline]()
        for membership in joined {
            let name = membership.name
            guard let status = try await status(at: name) else { continue }
            all.append(
                Deadline(
                    .permits, "\(status.permitsLeft) permit(s) at \(name)",
                    ends: status.permitsLeft > 0 ? membership.permitsUntil : nil,
                    renewal: "the wallet hands over new ones by itself when they run low or near their end"))
            if let server = try await connected(at: name, { try await $0.serverDeadline() }) {
                all.append(server)
            }
        }
        for record in try await entrusted()
        where !record.state.isOver(at: surroundings.now(), in: record.record) {
            all.append(
                Deadline(
                    .delegation, "record \(record.handle.hex.prefix(12)) that was entrusted to you",
                    ends: record.state.notAfter,
                    renewal: "its owner entrusts it to you anew (medseal delegate)"))
        }
        return all
    }
}
