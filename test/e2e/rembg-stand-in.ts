import { type MaskMode, type MaskServer, startMaskServer } from '../../services/image-worker/test/mask-server.ts';
import { maskFor } from '../../services/image-worker/test/photos.ts';

/** A warm-up photo is far smaller than this, in bytes; the photos of the tests are larger. */
const WARM_UP_BYTES = 4_000;

/** A server that speaks rembg's protocol, answers an ellipse as the mask at once, and misbehaves when told to. */
export class RembgStandIn implements AsyncDisposable {
  #server: MaskServer;
  #requests = 0;
  /** Held before each removal of a photo; warm-ups pass. */
  beforeMask: () => Promise<unknown> = async () => undefined;

  private constructor(server: MaskServer) {
    this.#server = server;
  }

  /** Starts one on a free port. */
  static async start(): Promise<RembgStandIn> {
    const standIn: RembgStandIn = new RembgStandIn(await startMaskServer((photo) => standIn.#mask(photo)));
    return standIn;
  }

  get url(): string {
    return this.#server.url;
  }

  /** Removals that it was asked for, warm-ups and refused ones included. */
  get requests(): number {
    return this.#requests + this.#server.seen.filter((request) => request.startsWith('POST')).length;
  }

  /** See {@link MaskMode}. */
  set mode(mode: MaskMode) {
    this.#server.mode = mode;
  }

  /** Ends as if it had crashed: connections are cut, new ones refused. */
  async down(): Promise<void> {
    this.#requests = this.requests;
    await this.#server.close();
    this.#server.seen.length = 0;
  }

  /** Serves again, at the same address. */
  async up(): Promise<void> {
    this.#server = await startMaskServer((photo) => this.#mask(photo), Number(new URL(this.url).port));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.close();
  }

  async #mask(photo: Buffer): Promise<Buffer> {
    if (photo.length > WARM_UP_BYTES) await this.beforeMask();
    return maskFor(photo);
  }
}
