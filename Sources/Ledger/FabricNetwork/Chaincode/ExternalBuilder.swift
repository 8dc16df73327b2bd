import Files

/// What a peer asks about a package (Fabric's external builders): three programs that tell it where the chaincode's
/// server is. Nothing is built, and nothing of Docker is needed.
enum ExternalBuilder {
    static let programs: [(name: String, text: String)] = [
        (
            "detect",
            """
            #!/bin/sh
            # Is the package ours? $2 holds its metadata.json.
            exec grep -q '"type":"\(ChaincodePackage.type)"' "$2/metadata.json"

            """
        ),
        (
            "build",
            """
            #!/bin/sh
            # There is nothing to build: the organisation runs its own medseal-chaincode.

            """
        ),
        (
            "release",
            """
            #!/bin/sh
            # The peer looks into $2 for the server: it is that of the peer's own organisation.
            set -eu
            mkdir -p "$2/chaincode/server"
            cp "$\(FabricPlan.connectionVariable)" "$2/chaincode/server/connection.json"

            """
        ),
    ]

    static func write(to folder: Folder) throws(FileError) {
        let programs = folder.folder("bin")
        try programs.make()
        for program in Self.programs {
            try programs.write(Array(program.text.utf8), as: program.name, mode: 0o700)
        }
    }
}
