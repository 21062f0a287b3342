import CCrypto

/// SHA-256 through libcrypto, which libpq loads anyway.
package struct SHA256Digest: Hashable, Sendable {
  /// 32 bytes.
  package let bytes: [UInt8]

  package init(of input: some Sequence<UInt8>) {
    let message = Array(input)
    var output = [UInt8](repeating: 0, count: 32)
    var length: UInt32 = 32
    EVP_Digest(message, message.count, &output, &length, EVP_sha256(), nil)
    bytes = output
  }

  /// 64 lower-case hexadecimal digits.
  package var hexadecimal: String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(64)
    for byte in bytes {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
  }
}
