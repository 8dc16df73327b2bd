public import Contract
public import Desk
public import Vault

/// An organisation that this process serves: its ciphertext and its desk.
public struct Custodian: Sendable {
    public let name: OrganisationName
    public let vault: any Vault
    public let desk: DeskStore
    /// What brings, names or takes away a record's bytes takes turns there.
    let turns = RecordTurns()

    public init(name: OrganisationName, vault: any Vault, desk: DeskStore) {
        self.name = name
        self.vault = vault
        self.desk = desk
    }
}
