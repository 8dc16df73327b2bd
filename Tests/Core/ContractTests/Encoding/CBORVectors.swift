/// RFC 8949, appendix A, from github.com/cbor/test-vectors: every example, as bytes and in diagnostic
/// notation, or `refused` where it lies outside the subset: floats, undefined and other simple values,
/// indefinite lengths, text that is not printable ASCII, map keys that are not unsigned.
enum AppendixA {
    static let count = 82
    static let text = #"""
        00 0
        01 1
        0a 10
        17 23
        1818 24
        1819 25
        1864 100
        1903e8 1000
        1a000f4240 1000000
        1b000000e8d4a51000 1000000000000
        1bffffffffffffffff 18446744073709551615
        c249010000000000000000 2(h'010000000000000000')
        3bffffffffffffffff -18446744073709551616
        c349010000000000000000 3(h'010000000000000000')
        20 -1
        29 -10
        3863 -100
        3903e7 -1000
        f90000 refused
        f98000 refused
        f93c00 refused
        fb3ff199999999999a refused
        f93e00 refused
        f97bff refused
        fa47c35000 refused
        fa7f7fffff refused
        fb7e37e43c8800759c refused
        f90001 refused
        f90400 refused
        f9c400 refused
        fbc010666666666666 refused
        f97c00 refused
        f97e00 refused
        f9fc00 refused
        fa7f800000 refused
        fa7fc00000 refused
        faff800000 refused
        fb7ff0000000000000 refused
        fb7ff8000000000000 refused
        fbfff0000000000000 refused
        f4 false
        f5 true
        f6 null
        f7 refused
        f0 refused
        f818 refused
        f8ff refused
        c074323031332d30332d32315432303a30343a30305a 0("2013-03-21T20:04:00Z")
        c11a514b67b0 1(1363896240)
        c1fb41d452d9ec200000 refused
        d74401020304 23(h'01020304')
        d818456449455446 24(h'6449455446')
        d82076687474703a2f2f7777772e6578616d706c652e636f6d 32("http://www.example.com")
        40 h''
        4401020304 h'01020304'
        60 ""
        6161 "a"
        6449455446 "IETF"
        62225c "\"\\"
        62c3bc refused
        63e6b0b4 refused
        64f0908591 refused
        80 []
        83010203 [1, 2, 3]
        8301820203820405 [1, [2, 3], [4, 5]]
        98190102030405060708090a0b0c0d0e0f101112131415161718181819 \#
            [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25]
        a0 {}
        a201020304 {1: 2, 3: 4}
        a26161016162820203 refused
        826161a161626163 refused
        a56161614161626142616361436164614461656145 refused
        5f42010243030405ff refused
        7f657374726561646d696e67ff refused
        9fff refused
        9f018202039f0405ffff refused
        9f01820203820405ff refused
        83018202039f0405ff refused
        83019f0203ff820405 refused
        9f0102030405060708090a0b0c0d0e0f101112131415161718181819ff refused
        bf61610161629f0203ffff refused
        826161bf61626163ff refused
        bf6346756ef563416d7421ff refused
        """#
}
