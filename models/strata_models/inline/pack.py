"""Tables of small integers as few bytes: an adaptive binary range coder. src/client/inline/unpack.ts reads what it writes.

A magnitude is coded in unary, from UNARY on in Exp-Golomb; a sign follows. The probabilities of the unary bits adapt, each
in the context of the mean magnitude so far in the integer's column.
"""
import numpy as np

LEVELS = 16  # contexts, by octaves of the mean magnitude
UNARY = 14
MEMORY = 10  # rows in the mean of a column
LIMIT = 255  # bits in the mean that is a probability
TOP, BOTTOM = 2**32, 2**24


class Probability:
    """That a bit is 1, of 2^16."""

    __slots__ = ("count", "one")

    def __init__(self):
        self.one, self.count = 32768, 0

    def learn(self, bit: bool) -> None:
        self.one += int(2 * (65536 * bit - self.one) / (2 * self.count + 3))  # int() rounds towards zero
        self.one = min(max(self.one, 64), 65472)
        self.count = min(self.count + 1, LIMIT)


class Writer:
    """The range coder: bits to bytes."""

    def __init__(self):
        self.bytes, self.low, self.range = bytearray(), 0, TOP - 1

    def narrow(self, below: int, bit: bool) -> None:
        """A 1 takes the lower part of the range, `below` of it."""
        if bit:
            self.range = below
        else:
            self.low += below
            self.range -= below
        if self.low >= TOP:
            self.low -= TOP
            at = len(self.bytes) - 1
            while self.bytes[at] == 255:
                self.bytes[at] = 0
                at -= 1
            self.bytes[at] += 1
        while self.range < BOTTOM:
            self.shift()

    def shift(self) -> None:
        self.bytes.append(self.low >> 24)
        self.low = self.low << 8 & TOP - 1
        self.range = self.range << 8 & TOP - 1

    def bit(self, bit: bool, state: Probability) -> bool:
        self.narrow((self.range >> 16) * state.one, bit)
        state.learn(bit)
        return bit

    def plain(self, bit: bool) -> bool:
        self.narrow(self.range >> 1, bit)
        return bit

    def end(self) -> bytes:
        for _ in range(4):
            self.shift()
        return bytes(self.bytes).rstrip(b"\0")  # a reader reads zeros behind the end


class Reader:
    """The inverse of Writer. Its methods take the bit to write, too, and do not look at it."""

    def __init__(self, data: bytes):
        self.data, self.at, self.range = data, 0, TOP - 1
        self.code = 0
        for _ in range(4):
            self.next()

    def next(self) -> None:
        self.code = (self.code << 8 | (self.data[self.at] if self.at < len(self.data) else 0)) & TOP - 1
        self.at += 1

    def narrow(self, below: int) -> bool:
        bit = self.code < below
        if bit:
            self.range = below
        else:
            self.code -= below
            self.range -= below
        while self.range < BOTTOM:
            self.range = self.range << 8
            self.next()
        return bit

    def bit(self, _: bool, state: Probability) -> bool:
        bit = self.narrow((self.range >> 16) * state.one)
        state.learn(bit)
        return bit

    def plain(self, _: bool) -> bool:
        return self.narrow(self.range >> 1)


def integer(coder: Writer | Reader, value: int, states: list[Probability]) -> int:
    """Codes one integer, and returns it."""
    wanted, magnitude = abs(value), 0
    while magnitude < UNARY and coder.bit(wanted > magnitude, states[magnitude]):
        magnitude += 1
    if magnitude == UNARY:
        rest, length = wanted - UNARY + 1, 0
        while coder.plain(rest >> length + 1 > 0):
            length += 1
        more = 1
        for i in range(length - 1, -1, -1):
            more = 2 * more + coder.plain(rest >> i & 1 == 1)
        magnitude += more - 1
    return -magnitude if magnitude and coder.plain(value < 0) else magnitude


def code(coder: Writer | Reader, table: np.ndarray) -> np.ndarray:
    """Codes a table [rows, columns], and returns it."""
    states = [[Probability() for _ in range(UNARY)] for _ in range(LEVELS)]
    means = [0] * table.shape[1]  # in 1/256
    out = []
    for row in table.tolist():
        for column, value in enumerate(row):
            level = min(LEVELS - 1, means[column].bit_length())
            value = integer(coder, value, states[level])
            means[column] += (256 * min(abs(value), 255) - means[column]) // MEMORY
            out.append(value)
    return np.array(out, np.int32).reshape(table.shape)


def pack(tables: list[np.ndarray]) -> bytes:
    """Integers [rows, columns] each. Shapes are not stored."""
    writer = Writer()
    for table in tables:
        code(writer, table)
    return writer.end()


def unpack(data: bytes, shapes: list[tuple[int, int]]) -> list[np.ndarray]:
    reader = Reader(data)
    return [code(reader, np.zeros(shape, np.int32)) for shape in shapes]
