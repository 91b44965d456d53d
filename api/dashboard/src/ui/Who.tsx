import { usePeople } from '../client/people';

/** Who did something, by name where it is known; the id stays in the title. */
export function Who({ actor }: { actor: string }) {
  const name = usePeople().get(actor);
  return <span title={actor} className="break-words">{name ?? actor}</span>;
}
