import { Converter, ReflectionKind } from "typedoc"

/**
 * Prints the type of what is thrown, which the Markdown leaves out: `@throws {TypeError} for …`.
 *
 * @param {import("typedoc").Application} app
 */
export function load(app) {
  app.converter.on(Converter.EVENT_RESOLVE_END, ({ project }) => {
    for (const { comment } of project.getReflectionsByKind(ReflectionKind.All)) {
      for (const { typeAnnotation, content } of comment?.blockTags ?? []) {
        if (typeAnnotation === undefined) continue
        const type = typeAnnotation.replaceAll(/[{}]/g, "`")
        content.unshift({ kind: "code", text: type }, { kind: "text", text: " " })
      }
    }
  })
}
