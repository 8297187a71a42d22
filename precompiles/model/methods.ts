/** The methods and engines of a model version, by the numbers that the chain and result bytes use (influence.md §1, §12). */

/** `IModel.VersionSpec.method`; also byte 6 of result bytes. */
export const METHOD = { datainf: 1n, span: 2n, rag: 3n } as const
/** `IModel.VersionSpec.engine`: the studio's deterministic engine, or any other. */
export const ENGINE = { other: 0n, studio: 1n } as const
