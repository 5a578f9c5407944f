/** One line of a chart. */
interface Series {
  readonly name: string
  /** Points in any order; on a logarithmic axis x is above 0. */
  readonly points: readonly { readonly x: number; readonly y: number }[]
}

interface Chart {
  readonly title: string
  readonly xLabel: string
  readonly yLabel: string
  readonly series: readonly Series[]
  /** @default 'log' */
  readonly xScale?: 'log' | 'linear'
  /** Whether points are marked on the line. @default true */
  readonly dots?: boolean
}

const WIDTH = 800
const HEIGHT = 480
const PLOT = { left: 64, top: 48, right: WIDTH - 190, bottom: HEIGHT - 56 } as const
/** Colours that colour-blind people can tell apart (Okabe and Ito, without yellow). The first series is ours. */
const COLOURS = ['#000000', '#d55e00', '#0072b2', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#8c8c8c']

/** A line chart as SVG. Series without points are left out. */
export function renderChart({ title, xLabel, yLabel, series, xScale = 'log', dots = true }: Chart): string {
  const shown = series.filter(({ points }) => points.length > 0)
  const all = shown.flatMap(({ points }) => points)
  const isLog = xScale === 'log'
  const along = isLog ? Math.log : (value: number) => value
  const xTicks = (isLog ? logTicks : linearTicks)(all.map(({ x }) => x))
  const yTicks = linearTicks(all.map(({ y }) => y))
  const place = {
    x: scale([along(xTicks[0]!), along(xTicks.at(-1)!)], [PLOT.left, PLOT.right]),
    y: scale([yTicks[0]!, yTicks.at(-1)!], [PLOT.bottom, PLOT.top]),
  }
  const x = (value: number) => place.x(along(value)).toFixed(1)
  const y = (value: number) => place.y(value).toFixed(1)
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<title>${escapeXml(title)}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    text(PLOT.left, 26, title, 'font-size="15"'),
    ...xTicks.flatMap((tick) => [
      `<path d="M${x(tick)} ${PLOT.top}V${PLOT.bottom}" stroke="#ddd"/>`,
      text(x(tick), PLOT.bottom + 18, String(tick), 'text-anchor="middle"'),
    ]),
    ...yTicks.flatMap((tick) => [
      `<path d="M${PLOT.left} ${y(tick)}H${PLOT.right}" stroke="#ddd"/>`,
      text(PLOT.left - 8, Number(y(tick)) + 4, String(tick), 'text-anchor="end"'),
    ]),
    text((PLOT.left + PLOT.right) / 2, HEIGHT - 14, xLabel, 'text-anchor="middle"'),
    text(
      0,
      0,
      yLabel,
      `text-anchor="middle" transform="translate(20 ${(PLOT.top + PLOT.bottom) / 2}) rotate(-90)"`,
    ),
  ]
  for (const [i, { name, points }] of shown.entries()) {
    const colour = COLOURS[i % COLOURS.length]!
    const sorted = points.toSorted((a, b) => a.x - b.x)
    const width = i === 0 ? 2.5 : 1.5
    lines.push(
      `<polyline points="${sorted.map((p) => `${x(p.x)},${y(p.y)}`).join(' ')}" fill="none" stroke="${colour}" stroke-width="${width}"/>`,
      ...(dots ? sorted : []).map(
        (p) => `<circle cx="${x(p.x)}" cy="${y(p.y)}" r="${width + 1}" fill="${colour}"/>`,
      ),
      `<path d="M${PLOT.right + 16} ${PLOT.top + 8 + 20 * i}h22" stroke="${colour}" stroke-width="${width}"/>`,
      text(PLOT.right + 44, PLOT.top + 12 + 20 * i, name, ''),
    )
  }
  return `${lines.join('\n')}\n</svg>\n`
}

/** Ticks at 1, 2 and 5 times powers of ten that enclose the values. */
export function logTicks(values: readonly number[]): number[] {
  const [least, most] = [Math.min(...values), Math.max(...values)]
  if (!(least > 0 && Number.isFinite(most))) return [1, 10]
  const ticks: number[] = []
  for (let power = Math.floor(Math.log10(least)); power <= Math.log10(most) + 1; power++) {
    for (const digit of [1, 2, 5]) ticks.push(Number(`${digit}e${power}`))
  }
  const first = ticks.findLastIndex((tick) => tick <= least)
  const last = ticks.findIndex((tick) => tick >= most)
  return ticks.slice(first, Math.max(last, first + 1) + 1)
}

/** Ticks at multiples of a round step that enclose the values. */
export function linearTicks(values: readonly number[]): number[] {
  const [least, most] = [Math.min(...values), Math.max(...values)]
  if (!Number.isFinite(least) || !Number.isFinite(most)) return [0, 1]
  const rough = Math.max((most - least) / 6, 1e-6)
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = power * ([1, 2, 5].find((digit) => digit * power >= rough) ?? 10)
  const first = Math.floor(least / step)
  const count = Math.max(Math.ceil(most / step) - first, 1)
  return Array.from({ length: count + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)))
}

function scale(from: readonly [number, number], to: readonly [number, number]): (value: number) => number {
  return (value) => to[0] + ((value - from[0]) / (from[1] - from[0])) * (to[1] - to[0])
}

function text(x: number | string, y: number | string, content: string, attributes: string): string {
  return `<text x="${x}" y="${y}" ${attributes}>${escapeXml(content)}</text>`
}

function escapeXml(content: string): string {
  return content.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)
}
