/**
 * Colours: a dual of a text `RGB(r,g,b)` or `ARGB(a,r,g,b)` and one 32-bit number of alpha, red, green and
 * blue.
 */

import type { Value } from '../value/value.ts'
import { type Arguments, number, numberOr } from './argument.ts'
import type { EvaluationContext } from './site/binding.ts'
import type { FunctionGroups, Scalar } from './site/function-row.ts'

type Rgb = readonly [red: number, green: number, blue: number]

/** Alpha, red, green, blue. */
type Argb = readonly [number, number, number, number]

const OPAQUE = 255

/** The colours of charts: the palette of twelve, in order. */
const PALETTE: readonly Rgb[] = [
  [51, 34, 136],
  [102, 153, 204],
  [136, 204, 238],
  [68, 170, 153],
  [17, 119, 51],
  [153, 153, 51],
  [221, 204, 119],
  [102, 17, 0],
  [204, 102, 119],
  [170, 68, 102],
  [136, 34, 85],
  [170, 68, 153],
]

export const COLOUR_FUNCTIONS: FunctionGroups = {
  Colour: [
    {
      name: 'RGB',
      min: 3,
      max: 3,
      seen: 3,
      scalar: (args, context) => ofParts(args, context, (parts) => [OPAQUE, ...parts] as unknown as Argb),
    },
    {
      name: 'ARGB',
      min: 4,
      max: 4,
      seen: 5,
      scalar: (args, context) => ofParts(args, context, (parts) => parts as unknown as Argb),
    },
    { name: 'HSL', min: 3, max: 3, seen: 0, scalar: ofHsl },
    { name: 'Black', min: 0, max: 1, seen: 0, scalar: named(0, 0, 0) },
    { name: 'Blue', min: 0, max: 1, seen: 0, scalar: named(0, 0, 128) },
    { name: 'Brown', min: 0, max: 1, seen: 0, scalar: named(128, 128, 0) },
    { name: 'Cyan', min: 0, max: 1, seen: 0, scalar: named(0, 128, 128) },
    { name: 'DarkGray', min: 0, max: 1, seen: 0, scalar: named(128, 128, 128) },
    { name: 'Green', min: 0, max: 1, seen: 0, scalar: named(0, 128, 0) },
    { name: 'LightBlue', min: 0, max: 1, seen: 0, scalar: named(0, 0, 255) },
    { name: 'LightCyan', min: 0, max: 1, seen: 0, scalar: named(0, 255, 255) },
    { name: 'LightGray', min: 0, max: 1, seen: 0, scalar: named(192, 192, 192) },
    { name: 'LightGreen', min: 0, max: 1, seen: 0, scalar: named(0, 255, 0) },
    { name: 'LightMagenta', min: 0, max: 1, seen: 0, scalar: named(255, 0, 255) },
    { name: 'LightRed', min: 0, max: 1, seen: 0, scalar: named(255, 0, 0) },
    { name: 'Magenta', min: 0, max: 1, seen: 0, scalar: named(128, 0, 128) },
    { name: 'Red', min: 0, max: 1, seen: 0, scalar: named(128, 0, 0) },
    { name: 'White', min: 0, max: 1, seen: 0, scalar: named(255, 255, 255) },
    { name: 'Yellow', min: 0, max: 1, seen: 0, scalar: named(255, 255, 0) },
    { name: 'Color', min: 1, max: 1, seen: 0, scalar: ofPalette },
    { name: 'SysColor', min: 1, max: 1, seen: 0, scalar: () => null },
    { name: 'ColorMix1', min: 3, max: 3, seen: 2, scalar: colorMix1 },
    { name: 'ColorMix2', min: 3, max: 4, seen: 0, scalar: colorMix2 },
    { name: 'ColorMapHue', min: 1, max: 1, seen: 0, scalar: mapped((share) => hslColour(share, 1, 0.5)) },
    { name: 'ColorMapJet', min: 1, max: 1, seen: 0, scalar: mapped(jet) },
  ],
  Legacy: [
    { name: 'QlikTechBlue', min: 0, max: 1, seen: 0, scalar: named(8, 18, 90) },
    { name: 'QlikTechGray', min: 0, max: 1, seen: 0, scalar: named(158, 148, 137) },
  ],
}

const limited = (part: number) => Math.min(255, Math.max(0, part))

/** The text contains alpha only if the colour is not opaque or the call passed it. */
function colour(parts: Argb, withAlpha = parts[0] !== OPAQUE): Value {
  const [alpha, red, green, blue] = parts.map((part) => Math.trunc(limited(part))) as unknown as Argb
  const shown = withAlpha ? `ARGB(${alpha},${red},${green},${blue})` : `RGB(${red},${green},${blue})`
  return { text: shown, number: ((alpha << 24) | (red << 16) | (green << 8) | blue) >>> 0 }
}

function ofParts(args: Arguments, context: EvaluationContext, whole: (parts: number[]) => Argb): Value {
  const parts = args.map((_, index) => number(args, index, context))
  return parts.includes(null) ? null : colour(whole(parts as number[]), args.length === 4)
}

function named(...[red, green, blue]: Rgb): Scalar {
  return (args, context) => {
    const alpha = numberOr(args, 0, context, OPAQUE)
    return alpha === null ? null : colour([alpha, red, green, blue])
  }
}

/** From 1; after the last colour the palette starts again. */
function ofPalette(args: Arguments, context: EvaluationContext): Value {
  const given = number(args, 0, context)
  if (given === null || given < 1) return null
  const [red, green, blue] = PALETTE[(Math.trunc(given) - 1) % PALETTE.length]!
  return colour([OPAQUE, red, green, blue])
}

function argbOf(given: number): Argb {
  const bits = Math.trunc(given) >>> 0
  return [bits >>> 24, (bits >>> 16) & 255, (bits >>> 8) & 255, bits & 255]
}

/** Linear between two colours; each part is rounded down. */
function mixed(from: number, to: number, share: number): Value {
  const [a, b] = [argbOf(from), argbOf(to)]
  return colour(a.map((part, index) => part + (b[index]! - part) * share) as unknown as Argb)
}

/** ColorMix1(value 0 to 1, colour of 0, colour of 1); NULL outside 0 to 1. */
function colorMix1(args: Arguments, context: EvaluationContext): Value {
  const [share, from, to] = [0, 1, 2].map((index) => number(args, index, context)) as (number | null)[]
  if (share == null || from == null || to == null || share < 0 || share > 1) return null
  return mixed(from, to, share)
}

/** ColorMix2(value -1 to 1, colour of -1, colour of 1 [, colour of 0]); linear without the last. */
function colorMix2(args: Arguments, context: EvaluationContext): Value {
  const share = number(args, 0, context)
  const low = number(args, 1, context)
  const high = number(args, 2, context)
  if (share === null || low === null || high === null || share < -1 || share > 1) return null
  if (args.length === 3) return mixed(low, high, (share + 1) / 2)
  const middle = number(args, 3, context)
  if (middle === null) return null
  return share < 0 ? mixed(middle, low, -share) : mixed(middle, high, share)
}

function ofHsl(args: Arguments, context: EvaluationContext): Value {
  const [hue, saturation, luminosity] = [0, 1, 2].map((index) => number(args, index, context))
  if (hue == null || saturation == null || luminosity == null) return null
  return colour([OPAQUE, ...hslColour(hue, saturation, luminosity)])
}

/** All three 0 to 1. */
function hslColour(hue: number, saturation: number, luminosity: number): Rgb {
  const chroma = saturation * Math.min(luminosity, 1 - luminosity)
  const part = (shift: number) => {
    const k = (shift + hue * 12) % 12
    return Math.round(255 * (luminosity - chroma * Math.max(-1, Math.min(k - 3, 9 - k, 1))))
  }
  return [part(0), part(8), part(4)]
}

/** From dark blue over cyan and yellow to dark red. */
function jet(share: number): Rgb {
  const part = (centre: number) =>
    Math.round(255 * Math.min(1, Math.max(0, 1.5 - Math.abs(4 * share - centre))))
  return [part(3), part(2), part(1)]
}

function mapped(rgb: (share: number) => Rgb): Scalar {
  return (args, context) => {
    const share = number(args, 0, context)
    return share === null || share < 0 || share > 1 ? null : colour([OPAQUE, ...rgb(share)])
  }
}
