// The variants of the invented next version, and how its program is told which to be.

/** `next` speaks 2 and 1; `next-only` 2 alone; `next-critical` insists on its capability. */
export type NextVariant = 'next' | 'next-only' | 'next-critical';

/** The environment variable that names the variant. */
export const variantKey = 'PEERSYNC_SKEW_VARIANT';
