/// One SQL file of this folder, embedded when the target is built (Plugins/EmbedSQL). The folders are
/// `Migrations.ledger` and `Migrations.desk`; within one, files are applied in the order of their names, each
/// once.
public struct Migration: Sendable {
    /// The file's name without its ending.
    public let name: String
    public let sql: String
}
