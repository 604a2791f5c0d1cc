/** Functions of the language that this engine does not have: a call is refused by name. */
import { ANY, type FunctionGroups } from './site/function-row.ts'

export const ABSENT_FUNCTIONS: FunctionGroups = {
  Geographical: [
    { name: 'GeoAggrGeometry', min: 1, max: 1, seen: 0 },
    { name: 'GeoBoundingBox', min: 1, max: 1, seen: 0 },
    { name: 'GeoCountVertex', min: 1, max: 1, seen: 0 },
    { name: 'GeoGetBoundingBox', min: 1, max: 1, seen: 0 },
    { name: 'GeoGetPolygonCenter', min: 1, max: 1, seen: 0 },
    { name: 'GeoInvProjectGeometry', min: 2, max: 2, seen: 0 },
    { name: 'GeoProject', min: 2, max: 2, seen: 0 },
    { name: 'GeoProjectGeometry', min: 2, max: 2, seen: 0 },
    { name: 'GeoReduceGeometry', min: 1, max: 2, seen: 0 },
  ],
  Window: [
    { name: 'UNBOUNDED', min: 0, max: 0, seen: 0 },
    { name: 'Window', min: 1, max: ANY, seen: 0 },
    { name: 'WRank', min: 0, max: 2, seen: 0 },
  ],
}
