/** Least squares: what a noisy measurement grows by. */

export interface Point {
  readonly x: number
  readonly y: number
}

/** Null where all points have one x. */
export function slopeOf(points: readonly Point[]): number | null {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const meanX = mean(points.map(({ x }) => x))
  const meanY = mean(points.map(({ y }) => y))
  const spread = points.reduce((sum, { x }) => sum + (x - meanX) ** 2, 0)
  return spread === 0 ? null : points.reduce((sum, { x, y }) => sum + (x - meanX) * (y - meanY), 0) / spread
}
