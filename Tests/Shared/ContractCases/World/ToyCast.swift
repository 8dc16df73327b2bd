import Contract

extension Cast {
    /// Names, hashes and signatures are `Toy`'s.
    static let toy = Cast(
        network: { _ in Toy.named("network") }, hash: Toy.hash,
        bytes: { name, _ in Toy.hash(Array(name.utf8)) },
        signature: { Toy.sign($0, by: $1) }, isValid: Toy.isValid)
}

extension World {
    /// The world in which every story of toys begins.
    static let toy = World(of: .toy)
}
