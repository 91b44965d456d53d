import { useMutation, useQueryClient } from '@tanstack/react-query';
import { tellDone, tellFault } from './Toasts';

/** Something a person does: tells how it went and asks again for what it changed. */
/** `inline`: the caller shows the fault itself. */
export function useAct<A, R>({ act, done, changes, after, inline = false }: { act: (of: A) => Promise<R>; done?: (result: R) => string; changes: string[]; after?: (result: R) => void; inline?: boolean }) {
  const queries = useQueryClient();
  return useMutation<R, Error, A>({
    mutationFn: act,
    onSuccess: result => {
      for (const key of changes) void queries.invalidateQueries({ queryKey: [key] });
      if (done) tellDone(done(result));
      after?.(result);
    },
    onError: fault => inline || tellFault(fault),
  });
}
