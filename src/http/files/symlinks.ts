/** Which symbolic links are followed. */
export type Symlinks = typeof symlinkChoices[number]

export const symlinkChoices = ["inside", "follow", "refuse"] as const
