import { RouterProvider } from '@tanstack/react-router';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useSession } from '../client/session';
import { SignIn } from '../signin/SignIn';
import { Toasts } from '../ui/Toasts';
import { router } from './router';

/** The form at any address without a session, so that a copied link still leads where it should after signing in. */
export function App() {
  const signedIn = useSession() !== null;
  const queries = useQueryClient();
  useEffect(() => {
    if (!signedIn) queries.clear();
  }, [signedIn, queries]);
  return (
    <>
      {signedIn ? <RouterProvider router={router} /> : <SignIn />}
      <Toasts />
    </>
  );
}
