/** Single changes that make a name of another and still look like a slip. */
const MAX_CHANGES = 2

/**
 * The known name that `name` is a misspelling of: the nearest by Damerau-Levenshtein distance (insert, drop, replace a
 * letter, swap neighbours), at most two changes away and fewer than half its letters. Undefined when there is none.
 */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  let best: string | undefined
  let least = Math.min(MAX_CHANGES, (name.length - 1) / 2)
  for (const candidate of known) {
    const changes = distance(name, candidate)
    if (changes > least || (changes === least && best !== undefined)) continue
    best = candidate
    least = changes
  }
  return best
}

function distance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)]
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = rows[i - 1]![j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      const swapped = isSwap ? rows[i - 2]![j - 2]! + 1 : Infinity
      row.push(Math.min(rows[i - 1]![j]! + 1, row[j - 1]! + 1, replaced, swapped))
    }
    rows.push(row)
  }
  return rows[a.length]![b.length]!
}
