import * as ByteSize from "effect/ByteSize"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Path from "effect/Path"
import { systemError } from "effect/PlatformError"
import { stat } from "node:fs/promises"

/** As much of a file system as serving files needs: `@effect/platform-node` has all of it. */
export const layerFiles: Layer.Layer<FileSystem.FileSystem | Path.Path> = Layer.merge(
  FileSystem.layerNoop({
    stat: (path) =>
      Effect.tryPromise({
        try: async () => {
          const status = await stat(path)
          return {
            ...unknown,
            type: status.isDirectory() ? "Directory" as const : "File" as const,
            mtime: Option.some(status.mtime),
            dev: BigInt(status.dev),
            mode: status.mode,
            size: ByteSize.fromInputUnsafe(status.size),
          }
        },
        catch: (cause) =>
          systemError({
            _tag: (cause as { code?: string }).code === "ENOENT" ? "NotFound" : "Unknown",
            module: "FileSystem",
            method: "stat",
            pathOrDescriptor: path,
            cause,
          }),
      }),
  }),
  Path.layer,
)

const unknown = {
  atime: Option.none(),
  birthtime: Option.none(),
  ino: Option.none(),
  nlink: Option.none(),
  uid: Option.none(),
  gid: Option.none(),
  rdev: Option.none(),
  blksize: Option.none(),
  blocks: Option.none(),
}
