/** The parameter of every route under an app. */
import { Type } from 'typebox'

export const AppPath = Type.Object({ appId: Type.String() })
