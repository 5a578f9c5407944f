/** Largest edit distance at which a name still counts as a misspelling. */
const MAX_CHANGES = 2

/**
 * Finds the known name of which `name` is a misspelling: the nearest by Damerau-Levenshtein distance (insert, delete or
 * replace a letter, swap neighbours), at most two edits away and by fewer than half the letters of `name`.
 * @returns undefined when no known name is near enough
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
