"""Writes a one-page prescription as a PDF, by hand: the demo needs one and no patient's.

usage: prescription.py FILE
"""

import sys

text = [
    "Prescription (invented)",
    "Patient: Noor Haddad, P-1001",
    "Rp. Amoxicillin 500 mg, 21 capsules",
    "S. 1 - 1 - 1 for seven days",
]
lines = " ".join(f"({line.replace('(', '[').replace(')', ']')}) Tj 0 -24 Td" for line in text)
stream = f"BT /F1 14 Tf 72 760 Td {lines} ET".encode("ascii")
objects = [
    b"<< /Type /Catalog /Pages 2 0 R >>",
    b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
    b" /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
    b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
]
pdf = b"%PDF-1.4\n"
offsets = []
for number, body in enumerate(objects, 1):
    offsets.append(len(pdf))
    pdf += b"%d 0 obj\n%s\nendobj\n" % (number, body)
start = len(pdf)
pdf += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
pdf += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
pdf += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
with open(sys.argv[1], "wb") as file:
    file.write(pdf)
