/** The version in package.json, which a program compiled into one file does not have. */
export const version = "0.1.0"
