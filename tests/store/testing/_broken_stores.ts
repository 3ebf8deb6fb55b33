/** The tests of every store, of stores that each get one thing wrong. */
import {
  type Change,
  type Changed,
  MemoryStore,
  type Metadata,
  StoreDeleteEvent,
  type Value,
} from "../../../src/store/mod.ts";
import { testStore } from "../../../src/store/testing/mod.ts";

class Forgetful extends MemoryStore {
  protected override put(key: string, change: Change) {
    return super.put(key, { ...change, metadata: {} });
  }
}

class CaseBlind extends MemoryStore {
  protected override find(key: string): Value | undefined {
    return super.find(key.toLowerCase());
  }
  protected override put(key: string, change: Change) {
    return super.put(key.toLowerCase(), change);
  }
}

class Torn extends MemoryStore {
  protected override async put(key: string, change: Change): Promise<Changed> {
    const { data } = change;
    if (!(data instanceof ReadableStream)) return await super.put(key, change);
    let written = 0;
    for await (const chunk of data) {
      await super.put(key, { ...change, data: chunk });
      written += chunk.length;
    }
    return { isNew: written >= 0, metadata: change.metadata };
  }
}

class Stubborn extends MemoryStore {
  override rollbackTransaction(): void {
    this.commitTransaction();
  }
}

class Chatty extends MemoryStore {
  protected override remove(key: string): Metadata | undefined {
    const metadata = super.remove(key) ?? {};
    this.eventManager.emit(
      new StoreDeleteEvent({ source: this, key, metadata }),
    );
    return metadata;
  }
}

for (const Broken of [Forgetful, CaseBlind, Torn, Stubborn, Chatty]) {
  testStore(Broken.name, () => new Broken().connect());
}
