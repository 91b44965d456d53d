import type { Texts } from './texts';

export const inboxEn = {
  title: 'Inbox', none: 'No conversation yet', noneNote: 'Guests who write to a WhatsApp channel of yours appear here.', noneWaiting: 'Nobody waits for a person', noneWaitingNote: 'Every conversation is answered by Dvt.', waiting: 'Only those with a person',
  takeOver: 'Take over', handBack: 'Hand back', taken: 'You answer now.', handed: 'Dvt answers again.', write: 'Answer', placeholder: 'Write an answer', choose: 'Choose a conversation.', audio: 'Voice message', image: 'Picture', list: 'Conversations', messages: 'Messages', other: 'Something that cannot be shown', failed: 'not delivered ({{code}})', late: 'The guest last wrote more than 24 hours ago: WhatsApp delivers no free text until they write again.', takeFirst: 'Take over to answer yourself.',
  guest: 'Guest', us: 'Dvt', newBelow: 'New message',
  telephones: 'Telephones', telephonesNone: 'No telephone yet: register the one that guests write to.', telephoneAsk: 'Delete {{name}}? Who writes to it is heard no more; its conversations stay readable.', register: 'Register', registered: 'Guests who write to it are answered from now on.',
  phoneNumberId: 'Phone number id', phoneNumberIdNote: 'From Meta’s console, digits only.', token: 'Access token', tokenNote: 'Kept wrapped and never shown; without one the installation’s own is used.',
};

export const inboxEs: Texts<typeof inboxEn> = {
  title: 'Conversaciones', none: 'Todavía no hay conversaciones', noneNote: 'Aquí aparecen los huéspedes que escriben a uno de sus canales de WhatsApp.', noneWaiting: 'Nadie espera a una persona', noneWaitingNote: 'Dvt responde todas las conversaciones.', waiting: 'Solo las que lleva una persona',
  takeOver: 'Tomar la conversación', handBack: 'Devolverla', taken: 'Ahora responde usted.', handed: 'Dvt vuelve a responder.', write: 'Responder', placeholder: 'Escriba una respuesta', choose: 'Elija una conversación.', audio: 'Mensaje de voz', image: 'Imagen', list: 'Conversaciones', messages: 'Mensajes', other: 'Algo que no se puede mostrar', failed: 'no entregado ({{code}})', late: 'El huésped escribió hace más de 24 horas: WhatsApp no entrega texto libre hasta que escriba de nuevo.', takeFirst: 'Tómela para responder usted.',
  guest: 'Huésped', us: 'Dvt', newBelow: 'Mensaje nuevo',
  telephones: 'Teléfonos', telephonesNone: 'Todavía no hay teléfonos: registre aquel al que escriben los huéspedes.', telephoneAsk: '¿Eliminar {{name}}? Ya no se oye a quien le escriba; sus conversaciones se pueden seguir leyendo.', register: 'Registrar', registered: 'Desde ahora se responde a quien le escriba.',
  phoneNumberId: 'Id del número de teléfono', phoneNumberIdNote: 'De la consola de Meta, solo cifras.', token: 'Token de acceso', tokenNote: 'Se guarda cifrado y no se muestra nunca; sin él se usa el de la instalación.',
};
