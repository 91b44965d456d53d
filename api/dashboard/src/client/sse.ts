export interface ServerEvent {
  id: string | null;
  type: string;
  data: string;
}

/** Takes the text of a `text/event-stream` as it comes and gives its events (WHATWG HTML §9.2). */
export class SseParser {
  #rest = '';

  take(text: string): ServerEvent[] {
    const events: ServerEvent[] = [];
    this.#rest += text;
    for (let end = this.#rest.indexOf('\n\n'); end >= 0; end = this.#rest.indexOf('\n\n')) {
      const event = parse(this.#rest.slice(0, end));
      this.#rest = this.#rest.slice(end + 2);
      if (event) events.push(event);
    }
    return events;
  }
}

function parse(block: string): ServerEvent | null {
  const event: ServerEvent = { id: null, type: 'message', data: '' };
  const data: string[] = [];
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':');
    if (colon === 0) continue;
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'id') event.id = value;
    else if (field === 'event') event.type = value;
    else if (field === 'data') data.push(value);
  }
  event.data = data.join('\n');
  return data.length > 0 ? event : null;
}
