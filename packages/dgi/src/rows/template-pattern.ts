const compiled = new Map<string, RegExp>();

/**
 * The pattern of a document number's template: `[...]` stands for anything without a slash, `YY`, `MM`, `dd`, `mm` and
 * `yy` for two digits each, all else for itself.
 */
export function templatePattern(template: string): RegExp {
  const known = compiled.get(template);
  if (known !== undefined) return known;
  const pattern = new RegExp(
    `^${template
      .split(/(\[[^\]]*\])/)
      .map(translate)
      .join('')}$`,
  );
  compiled.set(template, pattern);
  return pattern;
}

function translate(piece: string): string {
  if (piece.startsWith('[')) return '[^/]+';
  return piece.replace(/[.*+?^${}()|\\]/g, String.raw`\$&`).replace(/YY|MM|dd|mm|yy/g, String.raw`\d\d`);
}
