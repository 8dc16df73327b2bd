public import Contract
public import Desk
public import Vault

/// An organisation that this process serves: its ciphertext and its desk.
public struct Custodian: Sendable {
    public let name: OrganisationName
    public let vault: any Vault
    public let desk: DeskStore

    public init(name: OrganisationName, vault: any Vault, desk: DeskStore) {
        self.name = name
        self.vault = vault
        self.desk = desk
    }
}
