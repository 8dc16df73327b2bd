/// A part of what a bucket holds. Keys are those below the address's prefix.
public struct Listing: Sendable, Equatable {
    public struct Object: Sendable, Equatable {
        /// Any bytes: other programs may have put it.
        public let key: [UInt8]
        public let byteCount: Int
        /// When it was put, in seconds since 1970, by the store's clock.
        public let time: Int
    }

    public private(set) var objects: [Object] = []
    /// Whether more come after the last of them.
    public private(set) var isCutOff = false

    init(_ root: XMLElement, below prefix: String) throws(BucketError) {
        let isEncoded = root.first("EncodingType")?.text == Array("url".utf8)
        for child in root.children where child.name == "Contents" {
            guard let size = child.first("Size")?.number, let time = child.first("LastModified")?.time else {
                throw .malformed("a listed object without size or time")
            }
            let key = try Self.key(child.first("Key"), isEncoded: isEncoded, below: prefix)
            objects.append(Object(key: key, byteCount: size, time: time))
        }
        switch root.first("IsTruncated")?.string {
        case "true": isCutOff = true
        case "false": break
        default: throw .malformed("a listing that does not say whether it is whole")
        }
        guard !isCutOff || !objects.isEmpty else {
            throw .malformed("a listing that is cut off before its first key")
        }
    }

    static func key(
        _ element: XMLElement?, isEncoded: Bool, below prefix: String
    ) throws(BucketError) -> [UInt8] {
        guard let text = element?.text, let key = isEncoded ? PercentEncoding.decode(text) : text,
            key.starts(with: prefix.utf8)
        else { throw .malformed("a listed key that was not asked for") }
        return Array(key.dropFirst(prefix.utf8.count))
    }
}

/// Uploads that nothing has completed or aborted yet.
public struct OpenUploads: Sendable {
    public struct Begun: Sendable {
        public let upload: Upload
        /// When it began, in seconds since 1970, by the store's clock.
        public let time: Int
    }

    public struct Position: Sendable {
        let key: String
        let id: String
    }

    public private(set) var uploads: [Begun] = []
    /// Where the next ones begin; nil at the end.
    public private(set) var next: Position?

    init(_ root: XMLElement, below prefix: String) throws(BucketError) {
        let isEncoded = root.first("EncodingType")?.text == Array("url".utf8)
        for child in root.children where child.name == "Upload" {
            let key = try Listing.key(child.first("Key"), isEncoded: isEncoded, below: prefix)
            guard let id = child.first("UploadId")?.string, let time = child.first("Initiated")?.time else {
                throw .malformed("an upload without an id or a time")
            }
            // A key that is no text is none of ours.
            guard let key = String(validating: key, as: UTF8.self) else { continue }
            uploads.append(Begun(upload: Upload(key: key, id: id, mark: ""), time: time))
        }
        guard root.first("IsTruncated")?.string == "true" else { return }
        guard let key = root.first("NextKeyMarker"), let id = root.first("NextUploadIdMarker")?.string,
            let marker = String(
                validating: try Listing.key(key, isEncoded: isEncoded, below: ""), as: UTF8.self)
        else { throw .malformed("a list of uploads that is cut off nowhere") }
        next = Position(key: marker, id: id)
    }
}
