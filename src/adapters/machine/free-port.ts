import { createServer } from 'node:net'

/** Whether a server could listen on a TCP port now, for all of the machine's addresses and for the loopback alone. */
export async function isFreePort(port: number): Promise<boolean> {
  return (await canListen(port, undefined)) && (await canListen(port, '127.0.0.1'))
}

/** @param host undefined: all addresses */
function canListen(port: number, host: string | undefined): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)))
  })
}
