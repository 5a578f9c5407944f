import { describe, expect, it } from 'vitest'
import { chooseLayer, neededWidth } from '../../src/client/plan.ts'

const picture = { width: 1600, height: 800 }

describe('neededWidth', () => {
  it.each([
    ['fill', { width: 300, height: 300 }, 1, 300],
    ['fill', { width: 300, height: 300 }, 2, 600],
    ['fill', { width: 300.4, height: 300 }, 1, 301],
    ['cover', { width: 300, height: 300 }, 1, 600],
    ['cover', { width: 900, height: 300 }, 1, 900],
    ['contain', { width: 900, height: 300 }, 1, 600],
    ['contain', { width: 300, height: 300 }, 1.5, 450],
    ['scale-down', { width: 900, height: 100 }, 1, 200],
    ['fill', { width: 100, height: 50 }, 9, 400],
    ['fill', { width: 100, height: 50 }, 0.5, 100],
    ['fill', { width: 0, height: 0 }, 2, 0],
  ])('of object-fit %s in %j at density %d is %d', (fit, box, density, expected) => {
    expect(neededWidth(box, picture, fit, density)).toBe(expected)
  })

  it('is the width of the box while the proportions are unknown', () => {
    expect(neededWidth({ width: 300, height: 300 }, undefined, 'cover', 1)).toBe(300)
    expect(neededWidth({ width: 300, height: 300 }, { width: 0, height: 0 }, 'cover', 1)).toBe(300)
  })
})

describe('chooseLayer', () => {
  const layers = [320, 640, 640, 1280].map((width) => ({ width, height: width / 2 }))

  it.each([
    [1, 0],
    [320, 0],
    [321, 2],
    [640, 2],
    [641, 3],
    [5000, 3],
  ])('serves width %d from layer %d, the best of its width', (width, layer) => {
    expect(chooseLayer(layers, width)).toBe(layer)
  })

  it.each([
    [320, 0],
    [640, 0],
    [1280, 2],
  ])('saves data at width %d with layer %d', (width, layer) => {
    expect(chooseLayer(layers, width, true)).toBe(layer)
  })
})
