import API
import Contract
import Foundation
import HTTPTypes

@testable import Server

/// docs/reference/openapi.json: the API as OpenAPI 3.1, made of the routes.
enum OpenAPIDocument {
    static func text(of routes: [APIRoute]) throws -> String {
        let recorder = SchemaRecorder()
        var paths: [String: [String: Any]] = [:]
        for route in routes {
            paths[path(of: route), default: [:]][route.method.rawValue.lowercased()] = try operation(
                route, recorder)
        }
        _ = try recorder.schema(of: Problem.self)
        let document: [String: Any] = [
            "openapi": "3.1.0",
            "info": [
                "title": "MedSeal", "version": "1",
                "description":
                    "What medseald serves. Made of the server's routes; docs/reference/api.md says more.",
            ],
            "paths": paths,
            "security": [Dictionary(uniqueKeysWithValues: signatureHeaders.keys.map { ($0, [String]()) })],
            "components": [
                "schemas": recorder.objects,
                "securitySchemes": signatureHeaders.mapValues { header in
                    [
                        "type": "apiKey", "in": "header", "name": header.name,
                        "description": header.description,
                    ]
                },
                "responses": [
                    "Problem": [
                        "description": "What went wrong (RFC 9457).",
                        "content": [
                            "application/problem+json": ["schema": ["$ref": "#/components/schemas/Problem"]]
                        ],
                    ]
                ],
            ],
        ]
        let bytes = try JSONSerialization.data(
            withJSONObject: document, options: [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes])
        return String(decoding: bytes, as: UTF8.self) + "\n"
    }

    /// The three headers that together are a call's signature (RFC 9421).
    private static let signatureHeaders: [String: (name: String, description: String)] = [
        "contentDigest": ("Content-Digest", "SHA-256 of the body: sha-256=:BASE64: (RFC 9530)"),
        "signatureInput": (
            "Signature-Input",
            #"medseal=("@method" "@authority" "@path" "@query" "content-digest");created=UNIX;"#
                + #"nonce="BASE64 of 16 bytes";keyid="HEX";alg="ed25519""#
        ),
        "signature": ("Signature", "medseal=:BASE64 of 64 bytes: (Ed25519 over the signature base)"),
    ]

    private static func operation(_ route: APIRoute, _ recorder: SchemaRecorder) throws -> [String: Any] {
        var operation: [String: Any] = [
            "summary": route.summary,
            "description": "For: \(route.terms.who).",
            "parameters": parameters(of: route),
            "responses": try responses(of: route, recorder),
            "x-admits": admitted(route),
        ]
        if route.terms.cases.contains(where: { $0.admitted.contains(.unsigned) }) {
            operation["security"] = [Any]()
        }
        if let body = route.body {
            var content: [String: Any] = [:]
            let schema = try body.type.map { try jsonSchema(of: $0, recorder) }
            content[body.mediaType] = ["schema": schema ?? ["type": "string", "format": "binary"]]
            operation["requestBody"] = [
                "required": true, "content": content,
                "description": body.bytesMax.map { "At most \($0) bytes." } ?? "Of any length.",
            ]
        }
        return operation
    }

    private static func jsonSchema(
        of type: any Decodable.Type, _ recorder: SchemaRecorder
    ) throws -> [String: Any] { try recorder.schema(of: type) }

    private static func responses(of route: APIRoute, _ recorder: SchemaRecorder) throws -> [String: Any] {
        var responses: [String: Any] = ["default": ["$ref": "#/components/responses/Problem"]]
        for status in route.answer.statuses {
            var response: [String: Any] = [
                "description": HTTPResponse.Status(code: status).reasonPhrase
            ]
            if let mediaType = route.answer.mediaType {
                let schema = try route.answer.type.map { ["schema": try jsonSchema(of: $0, recorder)] }
                response["content"] = [mediaType: schema ?? [:]]
            }
            responses[String(status)] = response
        }
        return responses
    }

    private static func parameters(of route: APIRoute) -> [[String: Any]] {
        let names = path(of: route).split(separator: "/").filter { $0.hasPrefix("{") }
            .map { String($0.dropFirst().dropLast()) }
        let inPath: [[String: Any]] = names.map { name in
            [
                "name": name, "in": "path", "required": true,
                "schema": ["type": "string", "pattern": pattern(ofParameter: name)],
            ]
        }
        let inQuery: [[String: Any]] = route.query.map { field in
            [
                "name": field.name, "in": "query", "required": field.isRequired, "description": field.form,
                "schema": ["type": "string", "pattern": field.pattern],
            ]
        }
        let inHeader: [[String: Any]] = (route.body?.headers ?? []).map { field in
            [
                "name": field.name, "in": "header", "required": true,
                "schema": ["type": "string", "pattern": field.pattern],
            ]
        }
        return inPath + inQuery + inHeader
    }

    private static func pattern(ofParameter name: String) -> String {
        switch name {
        case "organisation": "^[a-z][a-z0-9-]{0,39}$"
        case "tile": "^(entries|[0-9]{1,2})/(x[0-9]{3}/)*[0-9]{3}(\\.p/[0-9]{1,3})?$"
        case "blob": "^\(BlobName.pattern)$"
        default: "^[0-9a-f]{64}$"
        }
    }

    private static func path(of route: APIRoute) -> String {
        route.path.split(separator: "/").map { part in
            "/" + (part == "**" ? "{tile}" : part.hasPrefix(":") ? "{\(part.dropFirst())}" : String(part))
        }.joined()
    }

    /// Whom the route admits, of those whom the organisation in the path knows; by any of its cases.
    private static func admitted(_ route: APIRoute) -> [String] {
        let admitted = route.terms.cases.reduce(into: Set<Party>()) { $0.formUnion($1.admitted) }
        let names: [(String, Party)] =
            Role.allCases.map { ("\($0)", .member($0, .own)) } + [
                ("inbox", .inbox(.admitted)), ("root", .root(.own)), ("validator", .validator(.own)),
                ("any key", .stranger),
            ]
        return names.filter { admitted.contains($0.1) }.map(\.0)
    }
}
