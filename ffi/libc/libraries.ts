import process from "node:process"

/**
 * Where libc may be: a soname for the dynamic linker, and absolute paths for a Deno with `--allow-ffi`
 * for one path.
 */
export const libraries: readonly string[] = [
  "libc.so.6",
  ...(process.arch === "arm64"
    ? ["/lib/aarch64-linux-gnu/libc.so.6", "/lib/libc.musl-aarch64.so.1"]
    : ["/lib/x86_64-linux-gnu/libc.so.6", "/lib/libc.musl-x86_64.so.1"]),
  "/lib64/libc.so.6",
  "/usr/lib/libc.so.6",
]
