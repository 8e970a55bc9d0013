const ITEM = /\/marketplace\/item\/(\d+)/;

/** The id of the first listing that a text (a URL, a page, an answer) links to. */
export const itemIn = (text: string): string | undefined => ITEM.exec(text)?.[1];

/** The address of a listing. */
export const itemUrl = (baseUrl: string, listingId: string): string => `${baseUrl}/marketplace/item/${listingId}/`;
