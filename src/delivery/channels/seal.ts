/**
 * Encrypts webhook secrets at rest: AES-256-GCM under the installation's key. A sealed text starts with its
 * format, so that later formats can be told apart.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { Seal } from '../seal.ts'

const FORMAT = 'v1'
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** @param key 32 secret bytes, used for nothing else */
export function sealWith(key: Uint8Array): Seal {
  return {
    seal(text) {
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv('aes-256-gcm', key, nonce)
      const sealed = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
      return `${FORMAT}.${sealed.toString('base64url')}`
    },
    open(sealed) {
      const [format, text] = sealed.split('.')
      const bytes = Buffer.from(text ?? '', 'base64url')
      if (format !== FORMAT || bytes.length < NONCE_BYTES + TAG_BYTES) throw new Error('not a sealed text')
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES))
      decipher.setAuthTag(bytes.subarray(-TAG_BYTES))
      return Buffer.concat([
        decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)),
        decipher.final(),
      ]).toString('utf8')
    },
  }
}
