/** Where a value of a JSON text stands: its first character and the one behind its last. */
export interface Place {
  start: number;
  end: number;
}

/** Places of all values by JSON pointer (RFC 6901), of a text that is JSON. */
export function placesOf(text: string): Map<string, Place> {
  const places = new Map<string, Place>();
  let at = 0;
  const space = () => {
    while (/\s/.test(text[at] ?? '')) at++;
  };
  const string = (): string => {
    const start = at++;
    while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
    at++;
    return JSON.parse(text.slice(start, at)) as string;
  };
  const value = (pointer: string) => {
    space();
    const start = at;
    if (text[at] === '{' || text[at] === '[') {
      const isObject = text[at] === '{';
      at++;
      for (let index = 0; ; index++) {
        space();
        if (text[at] === '}' || text[at] === ']' || at >= text.length) break;
        let key = String(index);
        if (isObject) {
          key = string();
          space();
          at++;
        }
        value(`${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`);
        space();
        if (text[at] === ',') at++;
      }
      at++;
    } else if (text[at] === '"') {
      string();
    } else {
      while (at < text.length && !/[\s,\]}]/.test(text[at]!)) at++;
    }
    places.set(pointer, { start, end: at });
  };
  value('');
  return places;
}

/** The place of a pointer, or of the nearest value around it that is there. */
export function locate(places: Map<string, Place>, pointer: string): Place {
  for (let at = pointer; ; at = at.slice(0, at.lastIndexOf('/'))) {
    const place = places.get(at);
    if (place) return place;
    if (!at.includes('/')) return { start: 0, end: 0 };
  }
}

export function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}
