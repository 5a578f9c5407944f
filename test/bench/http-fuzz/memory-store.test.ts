import { MemoryStore } from '../../../src/bench/http-fuzz/memory-store.ts'
import { objectStoreConformance } from '../../conformance/object-store.ts'

objectStoreConformance('a bucket in memory', { make: () => new MemoryStore() })
