/** What a store knows of the installation that it belongs to. */
export interface Installation {
  /** Made with the database; the folders beside it bear it. */
  readonly name: string
  /** Starts of the service so far. */
  readonly starts: number
  /** Whether the folders have had marks. */
  readonly marked: boolean
  /** By it the installation's key is known again; absent before the first start. */
  readonly keyCheck?: string
  /**
   * When it was opened: nobody had closed it, and the write-ahead log that it must have then was not there.
   */
  readonly logLost: boolean
}

export interface InstallationStore {
  installation(): Promise<Installation>
  keepInstallation(changed: Omit<Installation, 'name' | 'logLost'>): Promise<void>
}
